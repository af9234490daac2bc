public import Foundation

/// A temporary folder that is removed when the value is released.
public final class TemporaryFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "imprint-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Returns a path inside the folder, without creating anything there.
  public func appending(_ path: String) -> URL { url.appending(path: path) }
}
