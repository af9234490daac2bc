import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT

/// What a command runs models on.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: """
      What the model runs on: auto, cpu, edgetpu for all Coral devices, or some of these: edgetpu:1, usb, usb:0, pci:1, \
      :0 or a path, as 'imprint devices' lists them. Auto takes them where the model is compiled for them. (default: auto)
      """)
  var device: Device?

  @Option(help: "The clock of Coral devices: low, medium, high or max. (default: max)")
  var edgetpuPerformance: EdgeTPUSettings.Performance?

  @Flag(help: "Give a Coral device on USB its firmware each time that it is opened.")
  var edgetpuAlwaysDfu = false

  @Option(help: "How many answers a Coral device on USB may have under way, from 0 to 255. (default: 32)")
  var edgetpuBulkQueue: UInt8?

  @Option(help: "How much the library of Coral devices says on standard error, from 0 to 10. (default: 0)")
  var edgetpuVerbosity: Int?

  func validate() throws {
    guard let edgetpuVerbosity, !(0...10).contains(edgetpuVerbosity) else { return }
    throw ValidationError("--edgetpu-verbosity is \(edgetpuVerbosity); it takes a number from 0 to 10")
  }

  /// How Edge TPUs are used.
  var use: EdgeTPUUse {
    EdgeTPUUse(
      settings: EdgeTPUSettings(
        performance: edgetpuPerformance, usbAlwaysDFU: edgetpuAlwaysDfu ? true : nil,
        usbMaxBulkInQueueLength: edgetpuBulkQueue, verbosity: edgetpuVerbosity),
      trial: DeviceTrial.run)
  }
}

extension Device: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension EdgeTPUSettings.Performance: ExpressibleByArgument {}
