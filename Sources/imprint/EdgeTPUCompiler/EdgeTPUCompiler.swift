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

/// Coral's compiler, run in a folder of its own: whatever it does, nothing of it is seen until its work is whole.
struct EdgeTPUCompiler {
  /// A compiled model and how it came about.
  struct Compilation {
    let model: Model
    let log: CompilerLog
  }

  /// The program: a path, or a name that is looked for on `PATH`.
  let program: String
  /// The oldest runtime that is to run the model, or nil for the compiler's own choice.
  let minimumRuntime: Int?
  /// The seconds that it may take.
  let seconds: Int

  /// - Parameter environment: Where `IMPRINT_EDGETPU_COMPILER` may name another program than `edgetpu_compiler`.
  init(
    minimumRuntime: Int?, seconds: Int, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    program = environment["IMPRINT_EDGETPU_COMPILER"].flatMap { $0.isEmpty ? nil : $0 } ?? "edgetpu_compiler"
    self.minimumRuntime = minimumRuntime
    self.seconds = seconds
  }

  /// Compiles a model, and gives the result what the model says of itself.
  ///
  /// - Throws: ``CompilerError``; `CancellationError`; `TFLiteError` where the scratch folder cannot be written to.
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
    // Versions before the one that limits itself to these seconds do not know the option.
    if seconds > Self.usualSeconds { arguments += ["--timeout_sec", "\(seconds)"] }
    let code = try await run(arguments + [source.path], log: printed)
    let log = CompilerLog(Self.text(printed) + "\n" + Self.text(output.appending(path: "model_edgetpu.log")))
    guard code == 0 else { throw CompilerError.failed(code: code, words: log.complaint ?? Self.lastLine(of: printed)) }
    guard FileManager.default.fileExists(atPath: compiled.path) else {
      throw CompilerError.nothingWritten(words: log.complaint ?? Self.lastLine(of: printed))
    }
    do {
      // Read and not mapped: what the compiler may have left running could still shorten it.
      let bytes = Bytes([UInt8](try Data(contentsOf: compiled)))
      return Compilation(model: try model.describing(compiled: Model(bytes: bytes)), log: log)
    } catch {
      throw CompilerError.wrongOutput(reason: "\(error)")
    }
  }

  private func run(_ arguments: [String], log: URL) async throws -> Int32 {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    do {
      return try await ChildProcess(program: program, arguments: arguments).run(log: log) {
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

  /// The seconds after which the compiler ends itself.
  static let usualSeconds = 180
  private static let longest = 1 << 24
}

/// Why a model was not compiled for the Edge TPU.
enum CompilerError: Error, Hashable {
  case notInstalled(String)
  case unusable(String, reason: String)
  /// The model is not what the compiler takes.
  case notReady(model: String, reasons: String)
  /// It exited with an error; the words are its own.
  case failed(code: Int32, words: String?)
  case hung(seconds: Int)
  case nothingWritten(words: String?)
  /// What it wrote is no model, or not a compiled form of the one that it was given.
  case wrongOutput(reason: String)
}

extension CompilerError: CustomStringConvertible {
  /// A sentence that names what is wrong and the way out.
  var description: String {
    switch self {
    case .notInstalled(let program):
      """
      there is no \(program): the compiler is Coral's, and runs on Linux on x86-64. Add Coral's package repository \
      (coral-edgetpu-stable) to apt as the page on the Edge TPU Compiler in Coral's documentation shows, then \
      'sudo apt-get install edgetpu-compiler'; or name the program with IMPRINT_EDGETPU_COMPILER
      """
    case .unusable(let program, let reason):
      "\(program) cannot be run (\(reason)): the compiler runs on Linux on x86-64; name another with IMPRINT_EDGETPU_COMPILER"
    case .notReady(let model, let reasons):
      """
      the compiler would refuse \(model): \(reasons). 'imprint model quantize' makes 8-bit models; --unchecked asks the \
      compiler all the same
      """
    case .failed(let code, let words):
      "the compiler exited with \(code)\(words.map { ": \($0)" } ?? " and said nothing"). Nothing was written"
    case .hung(let seconds):
      "the compiler was not done after \(seconds) seconds and was ended; --time-limit gives it longer. Nothing was written"
    case .nothingWritten(let words):
      "the compiler exited without an error, and without a model\(words.map { ": \($0)" } ?? ""). Nothing was written"
    case .wrongOutput(let reason):
      "what the compiler wrote is not the compiled model: \(reason). Nothing was written"
    }
  }
}
