import ArgumentParser
import Inference
import LiteRT
import ModelSurgery
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the devices that can run models.",
    discussion: """
      Prints the processor and, for each Edge TPU, its index, bus and path; --device accepts any of the three. If no \
      Edge TPU is found, prints why.

      EXAMPLES
        imprint devices
        imprint classify --model flowers_edgetpu.tflite --device edgetpu:0 rose.jpg
        imprint classify --model flowers_edgetpu.tflite --device usb:0 rose.jpg
      """)

  @Flag(help: "Print the list as JSON.")
  var json = false

  func run() throws {
    var library: EdgeTPULibrary?
    var devices: [EdgeTPUDevice] = []
    var problem: EdgeTPUError?
    do throws(EdgeTPUError) {
      let opened = try EdgeTPULibrary()
      library = opened
      devices = try opened.devices(.all(nil))
    } catch {
      problem = error
    }
    let list = List(
      cores: ProcessInfo.processInfo.activeProcessorCount,
      edgeTPUs: devices.enumerated().map { index, device in
        List.Entry(index: index, bus: device.bus.rawValue, path: device.path)
      },
      library: library?.path, libraryVersion: library?.version, problem: problem?.description)
    try Terminal.print(json ? Terminal.json(list) : list.text)
  }

  private struct List: Encodable {
    struct Entry: Encodable {
      let index: Int
      let bus: String
      let path: String
    }

    let cores: Int
    let edgeTPUs: [Entry]
    let library: String?
    let libraryVersion: String?
    let problem: String?

    var text: String {
      var lines = ["cpu        \(cores) \(cores == 1 ? "core" : "cores")"]
      lines += edgeTPUs.map { "\(Table.left("edgetpu:\($0.index)", 10)) \($0.bus)  \($0.path)" }
      if let library { lines.append("Library    \(library)\(libraryVersion.map { " (\($0))" } ?? "")") }
      if let problem { lines.append("No Edge TPU: \(problem)") }
      return lines.joined(separator: "\n")
    }
  }
}

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
    let cache = ModelCache()
    let identity = "\(library.identity) \(try Runtime().identity)"
    if cache?.hasTried(identity) == true { return }
    guard let program = Image.path(containing: #dsohandle) else { return }
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let model = folder.url.appending(path: "model.tflite")
    try AtomicFile(model).write([file])
    let child = ChildProcess(
      program: program,
      arguments: [
        TryDeviceCommand.configuration.commandName ?? "", "--library", library.path, "--device",
        "\(Device.edgeTPU(choice))", model.path,
      ])
    let code: Int32?
    do {
      code = try child.run(log: folder.url.appending(path: "log"), limit: .seconds(60))
    } catch {
      throw EdgeTPUError.trialFailed(path: library.path, complaint: String(cString: strerror(error.code)))
    }
    switch code {
    case nil: throw EdgeTPUError.trialFailed(path: library.path, complaint: "it did not answer within 60 seconds")
    case 0: cache?.noteTried(identity)
    case let code? where code > 128:
      throw EdgeTPUError.libraryCrashes(path: library.path, version: library.version, signal: code - 128)
    default: break
    }
  }
}
