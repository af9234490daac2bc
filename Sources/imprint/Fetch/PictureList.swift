import Heads
import Imprinting
import Inference
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One picture of a list: where it is, the class that it shows, and what it hashes to.
struct PictureEntry: Hashable {
  /// The line of the list that it begins on, from 1.
  let line: Int
  /// The address, as the list has it.
  let url: String
  /// The class, which is the folder's name too.
  let label: String
  /// The SHA-256 in 64 small hexadecimal digits, where the list has it.
  let sha256: String?
  /// The name of the file without its ending: that of the address, and the beginning of its hash, so that addresses whose
  /// files are called alike stay apart, and a later run knows what is there.
  let stem: String

  /// Reads the fields of a line.
  ///
  /// - Throws: ``PictureEntryError``.
  init(line: Int, fields: [String]) throws(PictureEntryError) {
    guard (2...3).contains(fields.count) else { throw .fields(fields.count) }
    self.line = line
    url = fields[0]
    stem = try Self.stem(of: url)
    label = try Self.folder(fields[1])
    guard fields.count == 3, !fields[2].isEmpty else {
      sha256 = nil
      return
    }
    sha256 = fields[2].lowercased()
    guard fields[2].utf8.count == 64, fields[2].unicodeScalars.allSatisfy({ $0.properties.isASCIIHexDigit }) else {
      throw .noHash
    }
  }

  /// Checks that a label is the name of a folder within the one that is written to, and no other.
  private static func folder(_ label: String) throws(PictureEntryError) -> String {
    guard !label.isEmpty else { throw .noLabel }
    // A folder whose name begins with a dot is hidden, or is not within.
    let isControl = { (scalar: Unicode.Scalar) in scalar.value < 32 || scalar.value == 127 }
    guard label.unicodeScalars.first != ".", !label.unicodeScalars.contains("/"), !label.unicodeScalars.contains("\\"),
      !label.unicodeScalars.contains(where: isControl), !label.contains(where: \.isNewline), label.utf8.count <= 200
    else { throw .noFolder(String(label.prefix(100))) }
    return label
  }

  private static func stem(of url: String) throws(PictureEntryError) -> String {
    guard url.utf8.count <= 8192, !url.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 }),
      let parsed = URL(string: url), let scheme = parsed.scheme?.lowercased(), schemes.contains(scheme),
      scheme == "file" ? parsed.path.hasPrefix("/") : parsed.host?.isEmpty == false
    else { throw .noAddress(String(url.prefix(200))) }
    let name = parsed.deletingPathExtension().lastPathComponent
    var letters = String.UnicodeScalarView()
    for scalar in name.unicodeScalars.prefix(40) {
      let isKept = scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "-"
      letters.append(isKept ? scalar : "_")
    }
    let hash: String
    do {
      hash = String(try Bytes(Array(url.utf8)).sha256.prefix(12))
    } catch {
      throw .noDigest("\(error)")
    }
    return (letters.contains { $0 != "_" } ? String(letters) : "picture") + "-" + hash
  }

  private static let schemes: Set<String> = ["http", "https", "file"]
}

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

/// Why a line of a list of pictures to fetch cannot be used.
enum PictureEntryError: Error, Hashable {
  case fields(Int)
  case noAddress(String)
  case noLabel
  case noFolder(String)
  case noHash
  /// The same address under the same label stands on an earlier line, with another hash.
  case otherHash
  /// The name of the picture's file cannot be made.
  case noDigest(String)
}

extension PictureEntryError: CustomStringConvertible {
  /// What is wrong with the line, and what it should be.
  var description: String {
    switch self {
    case .fields(let count): "it has \(count == 1 ? "1 field" : "\(count) fields"), not URL,label or URL,label,SHA256"
    case .noAddress(let url): "\"\(url)\" is no http, https or file address; blanks in one are written %20"
    case .noLabel: "its label is empty"
    case .noFolder(let label):
      """
      "\(label.map { $0.isNewline ? "⏎" : String($0) }.joined())" cannot be a class folder's name: one of at most 200 \
      bytes is needed, with no slash and no line end in it and no dot before it
      """
    case .noHash: "its third field is no SHA-256, of 64 hexadecimal digits"
    case .noDigest(let reason): reason
    case .otherHash: "the same picture has another SHA-256 on an earlier line"
    }
  }
}
