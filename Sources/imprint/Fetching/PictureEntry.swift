import Heads
import Imprinting
import Inference
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
