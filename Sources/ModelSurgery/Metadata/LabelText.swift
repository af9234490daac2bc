package import TFLite

/// The text of a label file, checked before it is taken apart.
///
/// A line takes far more memory as a name than as bytes. A megabyte of line ends, or a zip of them, is no list of labels.
package struct LabelText: Sendable {
  /// The text, without a byte order mark.
  package let text: String

  /// Why bytes are no list of labels.
  package struct Unusable: Error {
    package let reason: String
  }

  /// The greatest number of lines.
  package static let mostLines = 1 << 18
  /// The greatest number of bytes of a line.
  package static let longestLine = 1 << 12

  /// Checks bytes in time proportional to their number, and reads them.
  package init(_ bytes: Bytes) throws(Unusable) {
    let (lines, longest) = Self.size(of: bytes)
    guard lines <= Self.mostLines else {
      throw Unusable(reason: "it has \(lines) lines, and at most \(Self.mostLines) are read")
    }
    guard longest <= Self.longestLine else {
      throw Unusable(reason: "a line of it has \(longest) bytes, and at most \(Self.longestLine) are read")
    }
    guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw Unusable(reason: "it is not UTF-8 text")
    }
    self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
  }

  /// Returns the number of lines, and the bytes of the longest one.
  private static func size(of bytes: Bytes) -> (lines: Int, longest: Int) {
    bytes.withUnsafeBytes { bytes in
      var (lines, longest, start) = (1, 0, 0)
      for (place, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
        longest = max(longest, place - start)
        start = place + 1
        // Windows ends a line with both.
        if byte == 0x0A || place + 1 == bytes.count || bytes[place + 1] != 0x0A { lines += 1 }
      }
      return (lines, max(longest, bytes.count - start))
    }
  }
}
