import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `model compile` and `model prepare-edgetpu` print.
struct CompilationReport: Encodable {
  let model: String
  let bytes: Int
  /// The name of the tensor between the compiled base and the head, if there is a head.
  let embedding: String?
  let compiler: String?
  let milliseconds: Int?
  let mapped, operators: Int?
  let operations: [CompilerLog.Operation]
  let onChipBytes, freeBytes, streamedBytes: Int?
  private let place: String

  private enum CodingKeys: CodingKey {
    case model, bytes, embedding, compiler, milliseconds, mapped, operators, operations, onChipBytes, freeBytes
    case streamedBytes
  }

  init(_ log: CompilerLog, bytes: Int, embedding: String?, file: URL) {
    model = file.path
    place = file.relativePath
    self.bytes = bytes
    self.embedding = embedding
    compiler = log.version
    milliseconds = log.milliseconds
    mapped = log.operations.isEmpty ? nil : log.mapped
    operators = log.operations.isEmpty ? nil : log.total
    operations = log.operations
    onChipBytes = log.onChipBytes
    freeBytes = log.freeBytes
    streamedBytes = log.streamedBytes
  }

  var text: String {
    var lines = ["Compiler  \(compiler ?? "of unknown version")" + (milliseconds.map { ", \($0) ms" } ?? "")]
    if let mapped, let operators {
      lines.append("Mapped    \(mapped) of \(Table.counted(operators, "operator", "operators"))")
    }
    let widest = min(40, operations.map(\.name.count).max() ?? 0)
    lines += operations.map { "  \(Table.left($0.name, widest))  \(Table.right("\($0.count)", 4))  \($0.status)" }
    if let onChipBytes {
      let rest = [
        freeBytes.map { ", \(Table.size($0)) free" }, streamedBytes.map { "; \(Table.size($0)) streamed at every run" },
      ]
      lines.append("Memory    \(Table.size(onChipBytes)) of parameters on the chip" + rest.compactMap { $0 }.joined())
    }
    if let embedding { lines.append("Head      on the processor, behind \(embedding)") }
    lines.append("Model     \(place), \(Table.size(bytes))")
    return lines.joined(separator: "\n")
  }
}

/// The options of the commands that run the Edge TPU's compiler.
struct CompilerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Oldest Edge TPU runtime that must run the model, such as 13. (default: the compiler's)", valueName: "version"))
  var minRuntimeVersion: Int?

  @Option(help: ArgumentHelp("Time limit of the compiler.", valueName: "seconds"))
  var timeLimit = EdgeTPUCompiler.defaultSeconds

  @Flag(help: "Run the compiler even on a model that it is known to refuse.")
  var unchecked = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (1...86_400).contains(timeLimit) else {
      throw ValidationError("--time-limit is \(timeLimit); it takes a number of seconds from 1 to 86400")
    }
    if let minRuntimeVersion, !(1...1000).contains(minRuntimeVersion) {
      throw ValidationError("--min-runtime-version is \(minRuntimeVersion); it takes a runtime's number, such as 13")
    }
  }

  /// Compiles a model, unless the compiler is known to refuse it.
  ///
  /// - Parameter name: The model's name in the error.
  func compile(_ model: Model, named name: String) async throws -> EdgeTPUCompiler.Compilation {
    let readiness = CompilerReadiness(of: model)
    guard readiness.isReady || unchecked else {
      throw CompilerError.notReady(model: name, reasons: readiness.complaint)
    }
    return try await EdgeTPUCompiler(minimumRuntime: minRuntimeVersion, seconds: timeLimit).compile(model)
  }
}
