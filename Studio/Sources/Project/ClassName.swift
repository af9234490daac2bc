import Foundation

/// The name of a class, which is also the name of its folder.
///
/// A name is text of one line that every file system takes: neither a path nor a name that Windows reserves.
public struct ClassName: Sendable, Hashable, CustomStringConvertible {
  /// The name, in canonical composition.
  public let text: String

  public var description: String { text }

  /// Checks a name; spaces at its ends are ignored.
  ///
  /// - Throws: ``ProjectError/badName(_:because:)``.
  public init(_ given: String) throws(ProjectError) {
    let text = given.precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines)
    let refusal: String? =
      if text.isEmpty {
        "it is empty"
      } else if text.utf8.count > Self.mostBytes {
        "it is longer than \(Self.mostBytes) bytes"
      } else if text.unicodeScalars.contains(where: Self.isForbidden) {
        "it has a character that cannot stand in the name of a folder"
      } else if text.hasPrefix(".") || text.hasSuffix(".") {
        "it begins or ends with a dot"
      } else if Self.isReserved(text) {
        "Windows reserves it"
      } else {
        nil
      }
    if let refusal { throw .badName(given, because: refusal) }
    self.text = text
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    // They join the parts of an emoji, and part the letters of a Persian word.
    case .format: scalar.value != 0x200D && scalar.value != 0x200C
    default: "/\\:*?\"<>|".unicodeScalars.contains(scalar)
    }
  }

  private static func isReserved(_ text: String) -> Bool {
    let stem = text.prefix { $0 != "." }.uppercased()
    if ["CON", "PRN", "AUX", "NUL"].contains(stem) { return true }
    return stem.count == 4 && (stem.hasPrefix("COM") || stem.hasPrefix("LPT"))
      && stem.last.map { ("0"..."9").contains($0) } == true
  }

  // File names have up to 255 bytes; a temporary name is a little longer.
  private static let mostBytes = 120
}
