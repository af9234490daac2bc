import Heads
import Pictures
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A picture of a list: its URL, its class and its hash.
struct PictureEntry: Hashable {
  /// The line of the list, from 1.
  let line: Int
  /// The URL as written in the list.
  let url: String
  /// The class, and the name of its folder.
  let label: String
  /// The SHA-256 in 64 lower-case hexadecimal digits, if it is listed.
  let sha256: String?
  /// The file name without its extension: the name in the URL and the first digits of the URL's hash. Files of the same name
  /// then do not collide, and the next run recognises them.
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

  /// Checks that a label is the name of a folder inside the output folder.
  private static func folder(_ label: String) throws(PictureEntryError) -> String {
    guard !label.isEmpty else { throw .noLabel }
    // A name that begins with a dot is hidden, or leads outside.
    let isControl = { (scalar: Unicode.Scalar) in scalar.value < 32 || scalar.value == 127 }
    // A name that begins with a hyphen would be an option of the commands that it is given to.
    guard label.unicodeScalars.first != ".", label.unicodeScalars.first != "-", !PictureFiles.isSystemFolder(label),
      !label.unicodeScalars.contains("/"), !label.unicodeScalars.contains("\\"),
      !label.unicodeScalars.contains(where: isControl), !label.contains(where: \.isNewline), label.utf8.count <= 200
    else { throw .noFolder(String(label.prefix(100))) }
    return label
  }

  private static func stem(of url: String) throws(PictureEntryError) -> String {
    guard url.utf8.count <= 8192, !url.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 }),
      let parsed = URL(string: url), let scheme = parsed.scheme?.lowercased(), schemes.contains(scheme),
      scheme == "file"
        ? parsed.path.hasPrefix("/") && ["", "localhost"].contains(parsed.host ?? "") : parsed.host?.isEmpty == false
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

/// A list of `URL,label` or `URL,label,SHA256` lines, as spreadsheets export it.
struct PictureList {
  /// The pictures in the order of the list, without repetitions.
  private(set) var entries: [PictureEntry] = []
  /// The lines that cannot be used.
  private(set) var problems: [(line: Int, error: PictureEntryError)] = []

  /// Reads a list, and skips a header line whose first field is `url`.
  ///
  /// - Throws: `LabelledPicturesError` for a file that is missing, not text, or not comma-separated.
  init(contentsOf file: URL) throws(LabelledPicturesError) {
    guard FileManager.default.fileExists(atPath: file.path) else { throw .notThere(path: file.relativePath) }
    // The first entry of each file, to recognise repetitions.
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

/// Why a line of a list of pictures cannot be used.
struct PictureEntryError: DescribedError {
  enum Code: String, Sendable {
    case fields, noAddress, noLabel, noFolder, noHash, otherHash, noDigest
  }

  let code: Code
  let message: String
  let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    (self.code, self.message, self.remedy) = (code, message, remedy)
  }

  static func fields(_ count: Int) -> Self {
    Self(.fields, "it has \(count == 1 ? "1 field" : "\(count) fields"), not URL,label or URL,label,SHA256")
  }

  static func noAddress(_ url: String) -> Self {
    Self(
      .noAddress, "\"\(url)\" is not an http, https or file URL",
      remedy: url.contains(" ")
        ? "write spaces in it as %20"
        : "pictures on this machine need no download: 'imprint train' reads lists of paths")
  }

  static let noLabel = Self(.noLabel, "its label is empty")

  static func noFolder(_ label: String) -> Self {
    Self(
      .noFolder, "\"\(label.map { $0.isNewline ? "⏎" : String($0) }.joined())\" cannot be the name of a class folder",
      remedy: "use at most 200 bytes, with no slash, no line break, and no dot or hyphen at the beginning")
  }

  static let noHash = Self(.noHash, "its third field is not a SHA-256 of 64 hexadecimal digits")

  /// An earlier line has the same URL and label, with another hash.
  static let otherHash = Self(.otherHash, "an earlier line has the same picture with a different SHA-256")

  /// The URL cannot be hashed.
  static func noDigest(_ reason: String) -> Self { Self(.noDigest, reason) }
}
