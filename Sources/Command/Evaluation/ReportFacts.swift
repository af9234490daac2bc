import Imprinting
import Platform
import Reports
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a report states of its making, and the addresses of pictures in it.
enum ReportFacts {
  /// Returns the date, the version, and the digests of the model and of the pictures.
  ///
  /// The date is that of `SOURCE_DATE_EPOCH` if it is set, so that reports can be made again byte by byte.
  ///
  /// - Parameter pictures: The digest of the pictures; nil for none.
  static func facts(model: URL, pictures: String?) throws -> [ReportPage.Fact] {
    let stated = EnvironmentVariable.value("SOURCE_DATE_EPOCH").flatMap { Double($0) }
    let date = stated.map { Date(timeIntervalSince1970: min(max($0, 0), 4e9)) } ?? Date()
    var facts: [ReportPage.Fact] = [
      .init("Date", date.formatted(.iso8601)), .init("Imprint", PackageVersion.text),
      .init("Model (SHA-256)", String(try Bytes(mapping: model).sha256.prefix(16))),
    ]
    if let pictures { facts.append(.init("Pictures (SHA-256)", String(pictures.prefix(16)))) }
    return facts
  }

  /// Returns the digest of the contents of pictures, whatever their names and order: that of their sorted digests.
  static func digest(of pictures: [URL]) -> String? {
    let digests = pictures.compactMap { PictureDigest(ofFile: $0.path) }.sorted()
    return (try? SHA256Digest(of: digests.flatMap(\.bytes)))?.hexadecimal
  }

  /// Returns what makes the address of a picture for a page: its path from the folder of the page, with all but plain
  /// characters escaped.
  static func link(from report: URL) -> (String) -> String? {
    let folder = report.absoluteURL.standardizedFileURL.deletingLastPathComponent().path.split(separator: "/")
    return { picture in
      let path = URL(filePath: picture).absoluteURL.standardizedFileURL.path.split(separator: "/")
      var common = 0
      while common < folder.count, common < path.count - 1, folder[common] == path[common] { common += 1 }
      let parts = Array(repeating: "..", count: folder.count - common) + path[common...].map(escaped)
      // Without the dot, a name such as x:y would be read as a protocol.
      return "./" + parts.joined(separator: "/")
    }
  }

  private static func escaped(_ name: Substring) -> String {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
