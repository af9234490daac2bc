import ArgumentParser
import Inference
import LiteRT
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs a model once, in a separate process, to find out whether the Edge TPU library crashes.
struct TryDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try-device",
    abstract: "Run a compiled model once, to find out whether the Edge TPU library crashes.",
    shouldDisplay: false)

  @Option var library: String
  @Option var device: Device
  @Argument var model: String

  func run() throws {
    guard case .edgeTPU(let choice) = device else { throw UsageError("--device names no Edge TPU") }
    let library = try EdgeTPULibrary(path: library)
    guard let first = try library.devices(choice).first else { return }
    let file = try Bytes(mapping: URL(filePath: model))
    try Model(bytes: file).checkRunnable()
    try EdgeTPU(first, library: library).tryOut(LoadedModel(file: file, runtime: Runtime()))
  }
}

/// Tries each build of the Edge TPU library once, in a separate process.
///
/// A library that was built for another runtime may crash; the crash then ends only that process.
enum DeviceTrial {
  /// Runs a model in the trial process.
  ///
  /// - Throws: ``EdgeTPUError/libraryCrashes(path:version:signal:)`` and ``EdgeTPUError/trialFailed(path:complaint:)``. It
  ///   does not throw if there is no device or it is busy: the caller detects that itself.
  static func run(_ library: EdgeTPULibrary, file: Bytes, choice: EdgeTPUChoice) throws {
    let trial = Trial(
      identity: "\(library.identity) \(try Runtime().identity)",
      arguments: [
        TryDeviceCommand.configuration.commandName ?? "", "--library", library.path, "--device",
        "\(Device.edgeTPU(choice))",
      ], limit: .seconds(60))
    switch try trial.run(file) {
    // Without a device, or with a busy one, the caller sees the error too.
    case .success, .failure: break
    case .crash(let signal):
      throw EdgeTPUError.libraryCrashes(path: library.path, version: library.version, signal: signal)
    case .timeout:
      throw EdgeTPUError.trialFailed(path: library.path, complaint: "it did not answer within 60 seconds")
    case .cannotStart(let reason): throw EdgeTPUError.trialFailed(path: library.path, complaint: reason)
    }
  }
}
