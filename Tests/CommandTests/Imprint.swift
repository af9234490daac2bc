import Foundation
import Platform
import TestMaterial

/// The built command, run as a user runs it.
enum Imprint {
  /// The exit code, or -1 after a signal, and what the command printed.
  struct Outcome {
    let code: Int32
    let output: String
    let stderr: String

    /// Decodes the output as one JSON document.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
      try JSONDecoder().decode(type, from: Data(output.utf8))
    }
  }

  /// The command, which the build puts beside the test bundle.
  static let executable = URL(filePath: Image.path(containing: #dsohandle) ?? "")
    .deletingLastPathComponent().appending(path: "imprint")

  /// Runs the command and waits for it.
  @discardableResult
  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs the command and waits for it.
  @discardableResult
  static func run(_ arguments: [String]) throws -> Outcome { try finish(start(executable, arguments)) }

  /// Runs the command in a shell, after the commands in `preparation`.
  static func run(after preparation: String, _ arguments: [String]) throws -> Outcome {
    let command = "\(preparation); exec \"$@\""
    return try finish(start(URL(filePath: "/bin/sh"), ["-c", command, "sh", executable.path] + arguments))
  }

  /// Runs a script in a shell.
  static func run(script: String) throws -> Outcome { try finish(start(URL(filePath: "/bin/sh"), ["-c", script])) }

  /// Runs the command in a shell, after the commands in `preparation`, sends it a signal once a file exists, and waits
  /// for it.
  static func run(
    after preparation: String, interruptedBy signal: Int32, once file: URL, _ arguments: [String]
  ) throws -> Outcome {
    let command = "\(preparation); exec \"$@\""
    let running = try start(URL(filePath: "/bin/sh"), ["-c", command, "sh", executable.path] + arguments)
    while running.process.isRunning, !FileManager.default.fileExists(atPath: file.path) {
      Thread.sleep(forTimeInterval: 0.005)
    }
    kill(running.process.processIdentifier, signal)
    return try finish(running)
  }

  /// Runs the command, sends it a signal once it has opened the runtime, and waits for it.
  static func run(interruptedBy signal: Int32, _ arguments: String...) throws -> Outcome {
    let running = try start(executable, arguments)
    let process = running.process
    // The mappings list the libraries that the process has opened.
    let mappings = "/proc/\(process.processIdentifier)/maps"
    while process.isRunning, (try? String(contentsOfFile: mappings, encoding: .utf8))?.contains("libLiteRt") != true {
      Thread.sleep(forTimeInterval: 0.005)
    }
    kill(process.processIdentifier, signal)
    return try finish(running)
  }

  /// Runs the command in an environment, and kills it once `moment` returns, unless it has ended.
  static func run(_ arguments: [String], in environment: [String: String], killedAt moment: (Process) -> Void) throws
    -> Outcome
  {
    let running = try start(executable, arguments, environment: environment)
    moment(running.process)
    kill(running.process.processIdentifier, SIGKILL)
    return try finish(running)
  }

  /// Returns whether a process ends within ten seconds; a zombie counts as ended.
  static func hasEnded(_ process: pid_t) -> Bool {
    for _ in 0..<1000 {
      guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
      if state.contains(") Z ") { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }

  /// The cache folder of the command, separate from the user's and removed after the tests.
  static let cache: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imprint-cache-\(getpid())")
    atexit { try? FileManager.default.removeItem(at: Imprint.cache) }
    return folder
  }()

  private struct Running {
    let process: Process
    let output: URL
    let errors: URL
  }

  // Files instead of pipes: a full pipe that nobody reads would block the command.
  private static func start(
    _ program: URL, _ arguments: [String], environment: [String: String] = ["XDG_CACHE_HOME": cache.path]
  ) throws -> Running {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let files = try ["out", "err"].map { kind in
      let file = FileManager.default.temporaryDirectory.appending(path: "imprint-\(kind)-\(UUID().uuidString)")
      try Data().write(to: file)
      return file
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.start()
    return Running(process: process, output: files[0], errors: files[1])
  }

  /// The longest time that a command of a test may take, in seconds.
  private static let longestTime = 600.0

  private static func finish(_ running: Running) throws -> Outcome {
    // A command that hangs fails its test instead of holding up all tests.
    let process = running.process.processIdentifier
    let watchdog = DispatchWorkItem {
      FileHandle.standardError.write(Data("Killed process \(process), which ran \(Int(longestTime)) s\n".utf8))
      kill(process, SIGKILL)
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + longestTime, execute: watchdog)
    running.process.waitUntilExit()
    watchdog.cancel()
    defer { for file in [running.output, running.errors] { try? FileManager.default.removeItem(at: file) } }
    let code = running.process.terminationReason == .exit ? running.process.terminationStatus : -1
    // A run of more than ten seconds, on a busy machine, tells its progress.
    let errors = String(decoding: try Data(contentsOf: running.errors), as: UTF8.self)
    return Outcome(
      code: code, output: String(decoding: try Data(contentsOf: running.output), as: UTF8.self),
      stderr: errors.replacing(/(?m)^\d+ of \d+(, [^\n]* left)?\n/, with: ""))
  }
}
