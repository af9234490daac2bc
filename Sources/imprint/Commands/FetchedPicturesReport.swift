#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `fetch` prints.
struct FetchedPicturesReport: Encodable {
  /// A line of the list that came to nothing.
  struct Problem: Encodable {
    let line: Int
    private(set) var url: String?
    let reason: String

    var words: String { (url.map { "\($0): " } ?? "") + reason }

    init(line: Int, url: String?, reason: String) {
      self.line = line
      self.url = url
      self.reason = reason
    }

    init(_ entry: PictureEntry, _ error: PictureFetchError) {
      self.init(line: entry.line, url: entry.url, reason: "\(error)")
    }
  }

  /// A problem that ends the work.
  struct Failure: Error, CustomStringConvertible {
    let problem: Problem
    let list: String

    var description: String { "line \(problem.line) of \(list): \(problem.words)" }
  }

  struct FetchedClass: Encodable {
    let label: String
    let pictures: Int
  }

  /// The classes in the order of their names, with the pictures of the list that are there now.
  let classes: [FetchedClass]
  let fetched, present: Int
  let bytes: Int
  let skipped: [Problem]
  let folder: String
  let seconds: Double
  private let place: String

  private enum CodingKeys: CodingKey {
    case classes, fetched, present, bytes, skipped, folder, seconds
  }

  init(
    _ entries: [PictureEntry], _ results: [PictureDownload.Result], problems: [Problem], folder: URL, seconds: Double
  ) {
    var counts: [String: Int] = [:]
    var (fetched, present, bytes) = (0, 0, 0)
    for (entry, result) in zip(entries, results) {
      switch result {
      case .present: present += 1
      case .fetched(let size):
        fetched += 1
        bytes += size
      case .failed: continue
      }
      counts[entry.label, default: 0] += 1
    }
    classes = counts.sorted { $0.key < $1.key }.map { FetchedClass(label: $0.key, pictures: $0.value) }
    (self.fetched, self.present, self.bytes) = (fetched, present, bytes)
    skipped = problems
    self.folder = folder.path
    place = folder.relativePath
    self.seconds = seconds
  }

  var text: String {
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    var first = "Fetched \(Table.counted(fetched, "picture", "pictures"))"
    if present > 0 { first += ", \(present) \(present == 1 ? "was" : "were") there already" }
    var lines = [first] + classes.map { "  \(Table.left($0.label, widest))  \($0.pictures)" }
    if !skipped.isEmpty { lines.append("\(Table.counted(skipped.count, "line", "lines")) passed over") }
    lines.append("Folder  \(place)")
    return lines.joined(separator: "\n")
  }
}
