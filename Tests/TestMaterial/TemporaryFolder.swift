import Foundation

/// A folder of a test's own, removed when the test is done with it.
public final class TemporaryFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "imprint-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A path inside the folder; nothing is made there.
  public func appending(_ path: String) -> URL { url.appending(path: path) }
}
