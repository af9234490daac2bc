import ArgumentParser
package import Inference
import LiteRT
import ModelSurgery
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

/// Runs a model a few times, in a separate process, to find out whether the runtime crashes.
struct TryModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try-model", abstract: "Run a model a few times, to find out whether the runtime crashes.",
    shouldDisplay: false)

  @Argument var model: String

  func run() throws {
    ModelTrial.limitResources()
    let file = try Bytes(mapping: URL(filePath: model))
    let loaded = try LoadedModel(file: file, runtime: Runtime())
    let compiled = try CompiledModel(loaded, hardware: .cpu(threads: 1))
    // Kernels may use the values of the input as indices: black, white and a ramp.
    for picture in [{ _ in 0 }, { _ in 255 }, { $0 & 0xFF }] as [(Int) -> Int] {
      try compiled.run(
        fill: { bytes in
          guard compiled.input.type == .float32 else {
            for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: picture(index)) }
            return
          }
          for index in 0..<(bytes.count / 4) {
            bytes.storeBytes(of: Float(picture(index)) / 127.5 - 1, toByteOffset: 4 * index, as: Float.self)
          }
        }, read: { _ in })
    }
  }
}

/// Tries models with operators that are not fully checked in advance. Each model is tried once.
package enum ModelTrial {
  /// Runs a model in the trial process.
  ///
  /// - Throws: ``InferenceError/crashes(operators:how:)`` where it crashes, hangs or needs too much memory,
  ///   ``InferenceError/cannotRun(operators:reason:)`` where the runtime reports an error.
  static func run(_ file: Bytes, identity: String, operators: [String]) throws {
    let trial = Trial(
      identity: "model \(identity) \(try Runtime().identity)",
      arguments: [TryModelCommand.configuration.commandName ?? ""], limit: .seconds(Int64(seconds)))
    switch try trial.run(file) {
    case .success: break
    case .failure(let message): throw InferenceError.cannotRun(operators: operators, reason: message)
    case .crash(let signal) where signal == SIGXCPU || signal == SIGKILL:
      throw InferenceError.crashes(operators: operators, how: "uses more time or memory than a trial allows")
    case .crash(let signal): throw InferenceError.crashes(operators: operators, how: "crashes with signal \(signal)")
    case .timeout: throw InferenceError.crashes(operators: operators, how: "does not end within \(seconds) seconds")
    case .cannotStart(let reason):
      throw InferenceError.crashes(operators: operators, how: "cannot be tried in a separate process: \(reason)")
    }
  }

  /// Returns a function that runs models in a trial process of a program.
  ///
  /// - Parameter program: The program that runs the command, with the arguments before those of the command.
  package static func run(by program: [String]) -> Execution.ModelTrial {
    { file, identity, operators in
      try Trial.$program.withValue(program) { try run(file, identity: identity, operators: operators) }
    }
  }

  /// Limits the process to the time and memory that a picture model needs at most.
  static func limitResources() {
    ProcessLimits.set(RLIMIT_CPU, to: seconds)
    ProcessLimits.set(RLIMIT_DATA, to: memory)
    ProcessLimits.set(RLIMIT_FSIZE, to: memory)
    ProcessLimits.set(RLIMIT_CORE, to: 0)
  }

  private static let seconds: rlim_t = 20
  // The activations of the largest permitted model, and the runtime's own memory.
  private static let memory: rlim_t = 3 << 29
}
