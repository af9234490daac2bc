import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is run in a process of its own to see whether a library survives it.
struct TryDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try-device",
    abstract: "Run a compiled model once, to see whether the library of the device survives.",
    shouldDisplay: false)

  @Option var library: String
  @Option var device: Device
  @Argument var model: String

  func run() throws {
    guard case .edgeTPU(let choice) = device else { throw ValidationError("--device names no Edge TPU") }
    let library = try EdgeTPULibrary(path: library)
    guard let first = try library.devices(choice).first else { return }
    let file = try Bytes(mapping: URL(filePath: model))
    try Model(bytes: file).checkRunnable()
    try EdgeTPU(first, library: library).tryOut(LoadedModel(file: file, runtime: Runtime()))
  }
}
