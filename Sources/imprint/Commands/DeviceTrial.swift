import Heads
import Imprinting
import Inference
import LiteRT
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

/// Tries the library that drives Edge TPUs out in a process of its own, once for each build of it.
///
/// A library that was built for another runtime may crash where it should answer, and takes down only that process.
enum DeviceTrial {
  /// - Throws: ``EdgeTPUError/libraryCrashes(path:version:signal:)`` and ``EdgeTPUError/trialFailed(path:complaint:)``. That
  ///   there is no device, or a busy one, is for the caller to find.
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
