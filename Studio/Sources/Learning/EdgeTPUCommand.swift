public import Foundation
import Project

/// The command that compiles models for the Edge TPU, where it and Coral's compiler are installed.
public struct EdgeTPUCommand: Sendable {
  private let program: URL

  /// Looks for the command and the compiler.
  ///
  /// - Parameter environment: Its `IMPRINT_COMMAND` names the command, which is otherwise looked for beside this program and in
  ///   `PATH`; `IMPRINT_EDGETPU_COMPILER` names the compiler, which is otherwise `edgetpu_compiler` in `PATH`.
  /// - Returns: Nil where one of them is missing.
  public init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    // An empty folder of PATH would be the current one, which may hold anything.
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    func find(_ name: String, given: String?, beside: [String] = []) -> URL? {
      let given = given.flatMap { $0.isEmpty ? nil : $0 }
      if let given, given.contains("/") { return Self.isProgram(given) ? URL(filePath: given) : nil }
      return (beside + folders).map { $0 + "/" + (given ?? name) }.first(where: Self.isProgram).map {
        URL(filePath: $0)
      }
    }
    let own = Bundle.main.executableURL?.deletingLastPathComponent().path
    guard find("edgetpu_compiler", given: environment["IMPRINT_EDGETPU_COMPILER"]) != nil,
      let program = find("imprint", given: environment["IMPRINT_COMMAND"], beside: [own].compactMap { $0 })
    else { return nil }
    self.program = program
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: The model file.
  ///   - target: The file to write, in a folder that is there. It is written whole, or not at all.
  /// - Throws: ``ProjectError/notCompiled(because:)``.
  func compile(_ model: URL, to target: URL) async throws {
    let scratch = target.deletingLastPathComponent().appending(path: "compiling-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let log = scratch.appending(path: "log.txt")
    guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
      throw ProjectError.cannotWrite(log.path, because: String(cString: strerror(errno)))
    }
    let handle = try FileHandle(forWritingTo: log)
    defer { try? handle.close() }
    let process = Process()
    process.executableURL = program
    process.arguments = ["model", "compile", model.path, "--output", scratch.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = handle
    let code = try await process.run()
    let compiled = scratch.appending(path: model.deletingPathExtension().lastPathComponent + "_edgetpu.tflite")
    guard code == 0, FileManager.default.fileExists(atPath: compiled.path) else {
      let printed = String(decoding: ((try? Data(contentsOf: log)) ?? Data()).prefix(10_000), as: UTF8.self)
      let lines = printed.split(whereSeparator: \.isNewline).map(String.init)
      let reason = lines.first { $0.hasPrefix("Error: ") }?.dropFirst("Error: ".count) ?? lines.last?[...]
      throw ProjectError.notCompiled(because: String((reason ?? "\(program.lastPathComponent) failed").prefix(500)))
    }
    guard rename(compiled.path, target.path) == 0 else {
      throw ProjectError.cannotWrite(target.path, because: String(cString: strerror(errno)))
    }
  }
}

extension Process {
  /// Starts the program with no signal blocked.
  ///
  /// A child inherits the blocked signals of the thread that starts it, and the threads of Swift's concurrency block all.
  public func start() throws {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }

  /// Runs the program to its end, and ends it when the task is cancelled.
  ///
  /// - Returns: Its exit code, or the number of the signal that ended it.
  fileprivate func run() async throws -> Int32 {
    let (ends, ended) = AsyncStream<Int32>.makeStream()
    terminationHandler = { process in
      ended.yield(process.terminationStatus)
      ended.finish()
    }
    try start()
    let running = Running(process: self)
    return await withTaskCancellationHandler {
      for await code in ends { return code }
      // The stream ends early only when the task is cancelled.
      return SIGTERM
    } onCancel: {
      running.process.terminate()
    }
  }

  // `terminate` may be called on any thread.
  private struct Running: @unchecked Sendable { let process: Process }
}
