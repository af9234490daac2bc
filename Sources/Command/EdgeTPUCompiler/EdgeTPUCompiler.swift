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

/// Coral's compiler, run in a scratch folder.
struct EdgeTPUCompiler {
  /// A compiled model and the log of its compilation.
  struct Compilation {
    let model: Model
    let log: CompilerLog
  }

  /// The program: a path, or a name to look up in `PATH`.
  let program: String
  /// The oldest runtime that must run the model, or nil for the compiler's default.
  let minimumRuntime: Int?
  /// The time limit.
  let seconds: Int

  /// - Parameter environment: Its `IMPRINT_EDGETPU_COMPILER` overrides `edgetpu_compiler`.
  init(
    minimumRuntime: Int?, seconds: Int, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    program = environment["IMPRINT_EDGETPU_COMPILER"].flatMap { $0.isEmpty ? nil : $0 } ?? "edgetpu_compiler"
    self.minimumRuntime = minimumRuntime
    self.seconds = seconds
  }

  /// Compiles a model and copies its metadata to the result.
  ///
  /// - Throws: ``CompilerError``; `CancellationError`; `AtomicFileError` if the scratch folder cannot be written to.
  func compile(_ model: Model) async throws -> Compilation {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let source = scratch.url.appending(path: "model.tflite")
    let output = scratch.url.appending(path: "out")
    let compiled = output.appending(path: "model_edgetpu.tflite")
    try OutputFile.makeFolder(of: compiled)
    try model.serialized().write(to: source)
    let printed = scratch.url.appending(path: "printed.txt")
    var arguments = ["--show_operations", "--out_dir", output.path]
    if let minimumRuntime { arguments += ["--min_runtime_version", "\(minimumRuntime)"] }
    // Old versions of the compiler do not support the option, and have no limit.
    if seconds > Self.defaultSeconds { arguments += ["--timeout_sec", "\(seconds)"] }
    let code = try await run(arguments + [source.path], in: scratch.url, log: printed)
    let log = CompilerLog(Self.text(printed) + "\n" + Self.text(output.appending(path: "model_edgetpu.log")))
    guard code == 0 else { throw CompilerError.failed(code: code, words: log.complaint ?? Self.lastLine(of: printed)) }
    guard FileManager.default.fileExists(atPath: compiled.path) else {
      throw CompilerError.nothingWritten(words: log.complaint ?? Self.lastLine(of: printed))
    }
    do {
      // The file is read, not mapped, because processes that the compiler started could still truncate it.
      let bytes = Bytes([UInt8](try Data(contentsOf: compiled)))
      return Compilation(model: try model.describing(compiled: Model(bytes: bytes)), log: log)
    } catch {
      throw CompilerError.wrongOutput(reason: ErrorText(error).message)
    }
  }

  /// Runs the compiler in a folder of its own, so that nothing in the user's folder is taken for a part of it.
  private func run(_ arguments: [String], in folder: URL, log: URL) async throws -> Int32 {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    do {
      return try await ChildProcess(
        program: program.contains("/") ? URL(filePath: program).path : program, arguments: arguments,
        folder: folder.path
      ).run(log: log) {
        if clock.now > end { throw CompilerError.hung(seconds: seconds) }
      }
    } catch let error as ChildProcess.CannotStart {
      throw error.code == ENOENT
        ? CompilerError.notInstalled(program)
        : CompilerError.unusable(program, reason: String(cString: strerror(error.code)))
    }
  }

  private static func text(_ file: URL) -> String {
    String(decoding: ((try? Data(contentsOf: file)) ?? Data()).prefix(longest), as: UTF8.self)
  }

  private static func lastLine(of file: URL) -> String? {
    let lines = text(file).split(whereSeparator: \.isNewline).map { line in
      String(line.filter { ($0.asciiValue ?? 32) >= 32 }.prefix(300))
    }
    return lines.last { $0.contains { !$0.isWhitespace } }
  }

  /// The compiler's own time limit.
  static let defaultSeconds = 180
  private static let longest = 1 << 24
}

/// Why a model was not compiled for the Edge TPU.
struct CompilerError: DescribedError {
  enum Code: String, Sendable {
    case notInstalled, unusable, notReady, failed, hung, nothingWritten, wrongOutput
  }

  let code: Code
  let message: String
  let remedy: String?

  static func notInstalled(_ program: String) -> Self {
    Self(
      code: .notInstalled, message: "there is no \(program)",
      remedy: """
        on Linux on x86-64, add Coral's package repository (coral-edgetpu-stable) to apt as the page on the Edge TPU \
        Compiler in Coral's documentation shows, then run 'sudo apt-get install edgetpu-compiler'; or name the program \
        with IMPRINT_EDGETPU_COMPILER
        """)
  }

  static func unusable(_ program: String, reason: String) -> Self {
    Self(
      code: .unusable, message: "\(program) cannot be run: \(reason)",
      remedy: "the compiler runs on Linux on x86-64; name another with IMPRINT_EDGETPU_COMPILER")
  }

  /// The compiler would not accept the model.
  static func notReady(model: String, reasons: String) -> Self {
    Self(
      code: .notReady, message: "the compiler would refuse \(model): \(reasons)",
      remedy: "'imprint model quantize' makes 8-bit models; --unchecked runs the compiler anyway")
  }

  /// The compiler failed; `words` is its message.
  static func failed(code: Int32, words: String?) -> Self {
    Self(
      code: .failed, message: "the compiler exited with \(code)\(words.map { ": \($0)" } ?? " and printed nothing")",
      remedy: nil)
  }

  static func hung(seconds: Int) -> Self {
    Self(
      code: .hung, message: "the compiler did not finish within \(seconds) seconds",
      remedy: "allow more time with --time-limit")
  }

  static func nothingWritten(words: String?) -> Self {
    Self(
      code: .nothingWritten,
      message: "the compiler exited without an error but wrote no model\(words.map { ": \($0)" } ?? "")", remedy: nil)
  }

  /// The compiler's output is not a model, or not a compiled form of the input.
  static func wrongOutput(reason: String) -> Self {
    Self(
      code: .wrongOutput, message: "the compiler's output is not the compiled model: \(reason)", remedy: nil)
  }
}
