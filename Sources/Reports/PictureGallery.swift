public import Pictures
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A gallery of pictures with captions.
struct PictureGallery {
  struct Entry {
    let picture: String
    /// Markup.
    let caption: String
  }

  let entries: [Entry]
  let thumbnails: Thumbnails
  /// The addresses to which the gallery links pictures.
  let addresses: [String: String]

  /// - Parameter link: Returns the address to which the gallery links a picture; nil for no link.
  init(entries: [Entry], thumbnails: Thumbnails, link: (String) -> String? = { _ in nil }) {
    self.entries = entries
    self.thumbnails = thumbnails
    addresses = Dictionary(
      entries.compactMap { entry in link(entry.picture).map { (entry.picture, $0) } }, uniquingKeysWith: { $1 })
  }

  var html: String {
    let figures = entries.map { entry in
      let picture =
        thumbnails[entry.picture].map {
          "<img src=\"\($0)\" alt=\"\" width=\"\(Thumbnails.side)\" height=\"\(Thumbnails.side)\"/>"
        } ?? "<div class=\"gone\">cannot be shown</div>"
      let name = "<small>\(Markup.name(entry.picture))</small>"
      let linked = addresses[entry.picture].map { "<a href=\"\(Markup.text($0))\">\(name)</a>" } ?? name
      return "<figure>\(picture)<figcaption>\(entry.caption)<br/>\(linked)"
        + "</figcaption></figure>"
    }
    return "<div class=\"gallery\">\n\(figures.joined(separator: "\n"))\n</div>"
  }
}

/// Thumbnails of pictures as `data:` URLs, which a page can embed.
public struct Thumbnails: Sendable {
  static let side = 160

  private var addresses: [String: String] = [:]

  /// Creates an empty set.
  public init() {}

  /// Reads pictures on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The paths of the files; duplicates are read once.
  ///   - resize: How pictures become square. With the resize of the network, the page shows the pictures as the network got
  ///     them.
  /// - Throws: `PictureError` for an invalid `resize`, and `CancellationError`. A picture that cannot be read has no
  ///   thumbnail.
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

  /// The URL of a picture's thumbnail, or nil if there is none.
  subscript(picture: String) -> String? { addresses[picture] }
}
