import Inference
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

/// A run of this program on a model in a separate process, to find out whether the run crashes.
///
/// A success is remembered, so each trial takes place once.
struct Trial {
  /// The program that runs the command, with the arguments before those of the command; empty for the program that contains
  /// this code.
  @TaskLocal static var program: [String] = []

  /// Text that identifies what is tried.
  let identity: String
  /// The arguments of the program, before the model's path.
  let arguments: [String]
  /// The time after which the process is ended.
  let limit: Duration

  /// How a trial ended.
  enum Outcome {
    case success
    /// The process reported an error.
    case failure(message: String)
    /// A signal ended the process.
    case crash(signal: Int32)
    case timeout
    case cannotStart(reason: String)
  }

  /// Runs the trial, unless it has succeeded before.
  ///
  /// - Throws: `AtomicFileError` where the model cannot be written to a temporary file.
  func run(_ file: Bytes) throws -> Outcome {
    let cache = ModelCache()
    if cache?.hasTried(identity) == true { return .success }
    var words = Self.program
    if words.isEmpty, let program = Image.path(containing: #dsohandle) { words = [program] }
    guard let program = words.first else {
      return .cannotStart(reason: "the path of this program is not known")
    }
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let model = folder.url.appending(path: "model.tflite")
    try AtomicFile(model).write([file])
    let child = ChildProcess(program: program, arguments: words.dropFirst() + arguments + [model.path])
    let log = folder.url.appending(path: "log")
    let code: Int32?
    do {
      code = try child.run(log: log, limit: limit)
    } catch {
      return .cannotStart(reason: String(cString: strerror(error.code)))
    }
    switch code {
    case nil: return .timeout
    case let code? where code > 128: return .crash(signal: code - 128)
    case 0:
      cache?.noteTried(identity)
      return .success
    case let code?: return .failure(message: Self.error(in: log) ?? "exit code \(code)")
    }
  }

  /// Returns the error that a log ends with.
  private static func error(in log: URL) -> String? {
    guard let text = try? String(contentsOf: log, encoding: .utf8) else { return nil }
    let prefix = "Error: "
    return text.split(separator: "\n").last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }
}
