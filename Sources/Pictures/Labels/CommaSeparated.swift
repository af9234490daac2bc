#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// A parser of comma-separated values (RFC 4180).
package enum CommaSeparated {
  /// A record: its fields, and the number of its first line, from 1.
  package struct Record: Hashable {
    package var line: Int
    package var fields: [String]
  }

  /// Returns the records of a file; empty lines are ignored.
  ///
  /// The text is UTF-8 or UTF-16 with or without a byte-order mark, or else Windows 1252.
  ///
  /// - Parameter separators: The separators that a file may have. The first one that the first line has outside quotes, after
  ///   which all lines have as many fields, is the file's; else the first one.
  /// - Throws: ``LabelledPicturesError/unreadable(path:)`` or ``LabelledPicturesError/badLine(_:path:reason:)``.
  package static func records(
    of file: URL, separators: [Character] = [","]
  ) throws(LabelledPicturesError) -> [Record] {
    let buffer = ReusableBuffer()
    guard let bytes = try? FileContents.read(file.path, named: file.relativePath, into: buffer) else {
      throw FileManager.default.fileExists(atPath: file.path)
        ? .unreadable(path: file.relativePath) : .notAFolder(path: file.relativePath)
    }
    try check(bytes, path: file.relativePath)
    guard bytes.count <= largest, let text = withExtendedLifetime(buffer, { TextEncoding.text(of: bytes) }) else {
      throw .unreadable(path: file.relativePath)
    }
    let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    let separator = separator(of: body, among: separators)
    return try records(of: body, path: file.relativePath, separator: separator)
  }

  /// Returns the separator of a text: the one that parts its first line into the most fields, an earlier one among equals.
  private static func separator(of text: Substring, among separators: [Character]) -> Character {
    guard separators.count > 1, let first = separators.first else { return separators.first ?? "," }
    var isQuoted = false
    var counts: [Character: Int] = [:]
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character.isNewline, !isQuoted, !counts.isEmpty { break }
      if !isQuoted, separators.contains(character) { counts[character, default: 0] += 1 }
    }
    return separators.max { counts[$0] ?? 0 < counts[$1] ?? 0 }.flatMap { best in
      separators.first { counts[$0] ?? 0 == counts[best] ?? 0 }
    } ?? first
  }

  /// Checks the number of lines and the length of each, before a text is made of them.
  private static func check(_ bytes: UnsafeRawBufferPointer, path: String) throws(LabelledPicturesError) {
    var (line, start) = (1, 0)
    for (place, byte) in bytes.enumerated() where byte == 0x0A {
      guard place - start <= longestLine else { break }
      (line, start) = (line + 1, place + 1)
      guard line <= mostLines else {
        throw .badLine(line, path: path, reason: "a list has at most \(mostLines) lines")
      }
    }
    // The end of the bytes is further away if the loop stopped at a long line.
    guard bytes.count - start <= longestLine || bytes[start...].prefix(longestLine + 1).contains(0x0A) else {
      throw .badLine(line, path: path, reason: "it has more than \(longestLine) bytes")
    }
  }

  /// Returns the records of a text.
  static func records(
    of text: Substring, path: String, separator: Character = ","
  ) throws(LabelledPicturesError) -> [Record] {
    var records: [Record] = []
    var line = 1
    var rest = text
    while !rest.isEmpty {
      var record = Record(line: line, fields: [])
      var isLast = false
      while !isLast {
        record.fields.append(try field(&rest, &line, path: path, separator: separator))
        guard record.fields.count <= mostFields else {
          throw .badLine(record.line, path: path, reason: "it has more than \(mostFields) fields")
        }
        guard let end = rest.popFirst() else { break }
        // A line break or the separator: `field` stops only at these.
        if end.isNewline {
          line += 1
          isLast = true
        }
      }
      if record.fields != [""] { records.append(record) }
      guard records.count <= mostRecords else {
        throw .badLine(record.line, path: path, reason: "a list has at most \(mostRecords) pictures")
      }
    }
    return records
  }

  private static func field(
    _ rest: inout Substring, _ line: inout Int, path: String, separator: Character
  ) throws(LabelledPicturesError) -> String {
    let isBlank = { (character: Character) in
      character == " " || (character == "\t" && separator != "\t")
    }
    let opened = rest.drop(while: isBlank)
    guard opened.first == "\"" else {
      let field = rest.prefix { $0 != separator && !$0.isNewline }
      rest = rest[field.endIndex...]
      return trimmed(field)
    }
    let start = line
    var field = ""
    rest = opened.dropFirst()
    while let character = rest.popFirst() {
      if character == "\"" {
        guard rest.first == "\"" else {
          rest = rest.drop(while: isBlank)
          guard rest.isEmpty || rest.first == separator || rest.first?.isNewline == true else {
            throw .badLine(line, path: path, reason: "there is text after a closing quote")
          }
          return field
        }
        rest.removeFirst()
      }
      if character.isNewline { line += 1 }
      field.append(character)
    }
    throw .badLine(start, path: path, reason: "its quote is never closed")
  }

  /// Returns records as text, a line for each.
  package static func text(_ records: [[String]]) -> String {
    records.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// Returns a field, in double quotes if it needs them.
  package static func quoted(_ field: String) -> String {
    let isPlain = field.unicodeScalars.allSatisfy {
      !",;\"\r\n".unicodeScalars.contains($0) && ($0 == " " || !$0.properties.isWhitespace)
    }
    guard !isPlain || field.hasPrefix(" ") || field.hasSuffix(" ") else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// Returns the text without the spaces at its ends.
  static func trimmed(_ text: Substring) -> String {
    let isBlank = { (character: Character) in character.isWhitespace && !character.isNewline }
    let start = text.drop(while: isBlank)
    return String(start[..<(start.lastIndex { !isBlank($0) }.map { start.index(after: $0) } ?? start.startIndex)])
  }

  private static let largest = 1 << 27
  private static let mostRecords = 2_000_000
  private static let mostLines = 4_000_000
  private static let longestLine = 1 << 16
  private static let mostFields = 64
}

/// Decodes the bytes of a text file.
enum TextEncoding {
  /// Returns a text of UTF-8, of UTF-16, or else of Windows 1252; nil for binary data.
  static func text(of bytes: UnsafeRawBufferPointer) -> String? {
    if let isBigEndian = order(of: bytes) { return utf16(bytes, isBigEndian: isBigEndian) }
    guard !bytes.prefix(4096).contains(0) else { return nil }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // A text is mostly ASCII; damaged or compressed data also have control characters.
    guard bytes.prefix(4096).count(where: { $0 >= 0x80 }) <= min(bytes.count, 4096) / 2 else { return nil }
    guard !bytes.prefix(4096).contains(where: { $0 < 0x20 && ![9, 10, 13].contains($0) }) else { return nil }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      if (0x80..<0xA0).contains(byte) {
        guard let scalar = Unicode.Scalar(windows[Int(byte) - 0x80]), scalar.value != 0 else { return nil }
        text.append(scalar)
      } else {
        text.append(Unicode.Scalar(byte))
      }
    }
    return String(text)
  }

  /// Returns the byte order of UTF-16, by its mark or by the zeros of its first ASCII characters; nil for another encoding.
  private static func order(of bytes: UnsafeRawBufferPointer) -> Bool? {
    guard bytes.count >= 4, bytes.count.isMultiple(of: 2) else { return nil }
    if bytes[0] == 0xFE, bytes[1] == 0xFF { return true }
    if bytes[0] == 0xFF, bytes[1] == 0xFE { return false }
    let zeros = bytes.prefix(4).map { $0 == 0 }
    if zeros == [true, false, true, false] { return true }
    return zeros == [false, true, false, true] ? false : nil
  }

  private static func utf16(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) -> String? {
    let units = stride(from: 0, to: bytes.count, by: 2).map { place in
      let unit = bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)
      return isBigEndian ? UInt16(bigEndian: unit) : UInt16(littleEndian: unit)
    }
    return String(validating: units, as: UTF16.self)
  }

  // The characters of the bytes 0x80 ... 0x9F; 0 where there is none.
  private static let windows: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
    0x0178,
  ]
}
