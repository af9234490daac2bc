public import Foundation

/// A stand-in for the Edge TPU driver library, compiled with the system's C compiler from `Tests/StandIn/edgetpu.c`, which
/// documents its settings.
public struct StandIn: Sendable {
  /// The library.
  public let library: URL
  /// The log: a line for each delegate that was created, with its options.
  public let log: URL

  /// Why the stand-in could not be compiled.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// The model that the material's Edge TPU models were compiled from.
  public static let twin = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")

  /// Compiles a stand-in.
  ///
  /// - Parameters:
  ///   - settings: Its settings, such as `["USB": 2]`.
  ///   - folder: The folder for the library and its log.
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
    let errorPipe = Pipe()
    process.standardError = errorPipe
    try process.start()
    let errorOutput = errorPipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: String(decoding: errorOutput, as: UTF8.self))
    }
  }

  /// The lines of the log.
  public var delegates: [String] {
    ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
