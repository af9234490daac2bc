import Foundation

/// A stand-in for the library that drives Edge TPUs, compiled with the system's C compiler from `Tests/StandIn/edgetpu.c`,
/// which tells what it can be like.
public struct StandIn: Sendable {
  /// The library.
  public let library: URL
  /// A line for each delegate that was made, with its options.
  public let log: URL

  /// Why it could not be compiled.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// What the compiled bases of the material were compiled from.
  public static let twin = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")

  /// - Parameters:
  ///   - settings: What it is like, such as `["USB": 2]`.
  ///   - folder: Where it is made.
  public init(_ settings: [String: Int] = [:], in folder: TemporaryFolder) throws {
    library = folder.appending("edgetpu-\(UUID().uuidString).so")
    log = folder.appending("delegates-\(UUID().uuidString).txt")
    let runtime = ProcessInfo.processInfo.environment["IMPRINT_LITERT"].map { URL(filePath: $0) }
    let folderOfRuntime = Material.packageRoot.appending(path: ".runtime")
    var isFolder: ObjCBool = false
    var opened = runtime ?? folderOfRuntime
    if FileManager.default.fileExists(atPath: opened.path, isDirectory: &isFolder), isFolder.boolValue {
      #if canImport(Darwin)
        opened.append(path: "libLiteRt.dylib")
      #else
        opened.append(path: "libLiteRt.so")
      #endif
    }
    let texts = ["RUNTIME": opened.path, "TWIN": Self.twin.path, "LOG": log.path].map { "-D\($0)=\"\($1)\"" }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["cc", "-std=gnu11", "-O1", "-shared", "-fPIC"] + texts + settings.map { "-D\($0)=\($1)" }
      + [Material.packageRoot.appending(path: "Tests/StandIn/edgetpu.c").path, "-o", library.path, "-ldl"]
    let complaints = Pipe()
    process.standardError = complaints
    try process.run()
    let words = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: words, as: UTF8.self)) }
  }

  /// The lines of the log.
  public var delegates: [String] {
    ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
