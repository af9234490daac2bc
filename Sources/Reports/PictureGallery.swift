public import Pictures
import Platform

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Pictures with what is to be said about them.
struct PictureGallery {
  struct Entry {
    let picture: String
    /// Markup.
    let caption: String
  }

  let entries: [Entry]
  let thumbnails: Thumbnails

  var html: String {
    let figures = entries.map { entry in
      let picture =
        thumbnails[entry.picture].map {
          "<img src=\"\($0)\" alt=\"\" width=\"\(Thumbnails.side)\" height=\"\(Thumbnails.side)\"/>"
        } ?? "<div class=\"gone\">cannot be shown</div>"
      return "<figure>\(picture)<figcaption>\(entry.caption)<br/><small>\(Markup.name(entry.picture))</small>"
        + "</figcaption></figure>"
    }
    return "<div class=\"gallery\">\n\(figures.joined(separator: "\n"))\n</div>"
  }
}

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
