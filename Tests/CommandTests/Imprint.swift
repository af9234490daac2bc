import Foundation
import Platform

/// The built command, run as a user runs it.
enum Imprint {
  struct Outcome {
    let code: Int32
    let output: String
    let complaints: String

    /// The output as one JSON document.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
      try JSONDecoder().decode(type, from: Data(output.utf8))
    }
  }

  /// It lies beside the test bundle.
  static let executable = URL(filePath: Image.path(containing: #dsohandle) ?? "")
    .deletingLastPathComponent().appending(path: "imprint")

  /// Runs the command and waits for it.
  @discardableResult
  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs the command and waits for it.
  @discardableResult
  static func run(_ arguments: [String]) throws -> Outcome { try finish(start(executable, arguments)) }

  /// Runs the command in a shell that first does what `preparation` says.
  static func run(after preparation: String, _ arguments: [String]) throws -> Outcome {
    let command = "\(preparation); exec \"$@\""
    return try finish(start(URL(filePath: "/bin/sh"), ["-c", command, "sh", executable.path] + arguments))
  }

  /// Runs a script in a shell.
  static func run(script: String) throws -> Outcome { try finish(start(URL(filePath: "/bin/sh"), ["-c", script])) }

  /// Runs the command in a shell that first does what `preparation` says, sends it a signal once a file is there, and
  /// waits for it.
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
    // What a process has opened stands among its mappings.
    let mappings = "/proc/\(process.processIdentifier)/maps"
    while process.isRunning, (try? String(contentsOfFile: mappings, encoding: .utf8))?.contains("libLiteRt") != true {
      Thread.sleep(forTimeInterval: 0.005)
    }
    kill(process.processIdentifier, signal)
    return try finish(running)
  }

  /// Whether a process has ended within a while, or has but for someone to ask how.
  static func hasEnded(_ process: pid_t) -> Bool {
    for _ in 0..<1000 {
      guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
      if state.contains(") Z ") { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }

  /// Where the command keeps what it may: not in the home of whoever runs the tests, and for one run alone.
  static let cache: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imprint-cache-\(getpid())")
    atexit { try? FileManager.default.removeItem(at: Imprint.cache) }
    return folder
  }()

  private struct Running {
    let process: Process
    let output: URL
    let complaints: URL
  }

  // Files and not pipes: a pipe that nobody empties stops the command when it is full.
  private static func start(_ program: URL, _ arguments: [String]) throws -> Running {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["XDG_CACHE_HOME": cache.path]) { $1 }
    let files = try ["out", "err"].map { kind in
      let file = FileManager.default.temporaryDirectory.appending(path: "imprint-\(kind)-\(UUID().uuidString)")
      try Data().write(to: file)
      return file
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    return Running(process: process, output: files[0], complaints: files[1])
  }

  private static func finish(_ running: Running) throws -> Outcome {
    running.process.waitUntilExit()
    defer { for file in [running.output, running.complaints] { try? FileManager.default.removeItem(at: file) } }
    let code = running.process.terminationReason == .exit ? running.process.terminationStatus : -1
    return Outcome(
      code: code, output: String(decoding: try Data(contentsOf: running.output), as: UTF8.self),
      complaints: String(decoding: try Data(contentsOf: running.complaints), as: UTF8.self))
  }
}
