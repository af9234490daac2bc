import Platform
import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Small copies of pictures, as `data:` addresses that a page can hold.
public struct Thumbnails: Sendable {
  static let side = 160

  private var addresses: [String: String] = [:]

  /// None.
  public init() {}

  /// Reads pictures, on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The files' paths; one that is named twice is read once.
  ///   - resize: How they become square: as the network sees them, so that it shows what it had to tell by.
  /// - Throws: ``PictureError`` for a senseless `resize`, and `CancellationError`. A picture that cannot be read has
  ///   none.
  public init(
    of pictures: [String], resize: Resize = .crop, isolation: isolated (any Actor)? = #isolation
  ) async throws {
    let reader = try PictureReader(width: Self.side, height: Self.side, resize: resize)
    let paths = Set(pictures).sorted()
    try await OrderedWork.run(
      count: paths.count, workers: Array(0..<max(1, ProcessInfo.processInfo.activeProcessorCount)),
      work: { _, index -> String? in
        guard let bytes = try? reader.read(URL(filePath: paths[index])).jpeg(quality: 78) else { return nil }
        return "data:image/jpeg;base64," + Data(bytes).base64EncodedString()
      },
      deliver: { index, address in addresses[paths[index]] = address })
  }

  /// The address of a picture's copy, or nil where there is none.
  subscript(picture: String) -> String? { addresses[picture] }
}
