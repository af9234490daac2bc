import Foundation
import Platform
import TestMaterial

/// A C or C++ program for the C interface, compiled with the system's compiler.
struct CProgram {
  /// What a program printed.
  struct Outcome {
    let code: Int32
    let output: String
    let stderr: String
  }

  /// Why a program could not be compiled.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The folder of the header.
  static let headers = Material.packageRoot.appending(path: "Sources/CImprint/include")
  /// The folder of the library, which the build puts beside the test bundle.
  static let libraries = URL(filePath: Image.path(containing: #dsohandle) ?? "").deletingLastPathComponent()

  private static let warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]

  let executable: URL

  /// Compiles a file and links it to the library.
  init(_ file: URL, in folder: TemporaryFolder) throws {
    executable = folder.appending("program-\(UUID().uuidString)")
    try Self.compile(
      "cc",
      [
        "-std=c11", file.path, "-L", Self.libraries.path, "-lImprintC", "-Wl,-rpath,\(Self.libraries.path)", "-lm",
        "-pthread",
        "-o", executable.path,
      ])
  }

  /// Compiles a text and links it to the library.
  init(text: String, in folder: TemporaryFolder) throws {
    let file = folder.appending("program-\(UUID().uuidString).c")
    try Data(text.utf8).write(to: file)
    try self.init(file, in: folder)
  }

  /// Runs a compiler with strict warnings.
  static func compile(_ compiler: String, _ arguments: [String]) throws {
    let outcome = try run(URL(filePath: "/usr/bin/env"), [compiler] + warnings + ["-I", headers.path] + arguments)
    guard outcome.code == 0 else { throw Failure(description: outcome.stderr) }
  }

  func run(_ arguments: [String] = []) throws -> Outcome { try Self.run(executable, arguments) }

  private static func run(_ executable: URL, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let output = Pipe()
    let log = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString).log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: log) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: log)
    try process.start()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Outcome(
      code: code, output: String(decoding: printed, as: UTF8.self),
      stderr: (try? String(contentsOf: log, encoding: .utf8)) ?? "")
  }
}
