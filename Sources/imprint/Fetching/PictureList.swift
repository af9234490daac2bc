import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A list of `URL,label` or `URL,label,SHA256` lines, as a spreadsheet writes it.
struct PictureList {
  /// What can be fetched, in the order of the list; a line that stands there twice is there once.
  private(set) var entries: [PictureEntry] = []
  /// The lines that cannot be used.
  private(set) var problems: [(line: Int, error: PictureEntryError)] = []

  /// Reads a list; a first line whose first field is `url` is passed over.
  ///
  /// - Throws: `LabelledPicturesError` for a file that is not there, no text, or no comma-separated one.
  init(contentsOf file: URL) throws(LabelledPicturesError) {
    guard FileManager.default.fileExists(atPath: file.path) else { throw .notThere(path: file.relativePath) }
    // The first entry of a file's place, by which a line that comes again is known.
    var known: [String: PictureEntry] = [:]
    for (number, record) in try CommaSeparated.records(of: file).enumerated() {
      if number == 0, record.fields.first?.lowercased() == "url" { continue }
      do throws(PictureEntryError) {
        let entry = try PictureEntry(line: record.line, fields: record.fields)
        let place = entry.label + "/" + entry.stem
        if let earlier = known[place] {
          guard earlier.sha256 == entry.sha256 else { throw .otherHash }
          continue
        }
        known[place] = entry
        entries.append(entry)
      } catch {
        problems.append((record.line, error))
      }
    }
  }
}
