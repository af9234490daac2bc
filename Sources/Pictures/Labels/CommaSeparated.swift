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
  /// - Throws: ``LabelledPicturesError/unreadable(path:)`` or ``LabelledPicturesError/badLine(_:path:reason:)``.
  package static func records(of file: URL) throws(LabelledPicturesError) -> [Record] {
    let buffer = ReusableBuffer()
    guard let bytes = try? FileContents.read(file.path, named: file.relativePath, into: buffer) else {
      throw FileManager.default.fileExists(atPath: file.path)
        ? .unreadable(path: file.relativePath) : .notAFolder(path: file.relativePath)
    }
    try check(bytes, path: file.relativePath)
    guard bytes.count <= largest,
      let text = withExtendedLifetime(buffer, { String(bytes: bytes, encoding: .utf8) })
    else { throw .unreadable(path: file.relativePath) }
    return try records(of: text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...], path: file.relativePath)
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
  static func records(of text: Substring, path: String) throws(LabelledPicturesError) -> [Record] {
    var records: [Record] = []
    var line = 1
    var rest = text
    while !rest.isEmpty {
      var record = Record(line: line, fields: [])
      var isLast = false
      while !isLast {
        record.fields.append(try field(&rest, &line, path: path))
        guard record.fields.count <= mostFields else {
          throw .badLine(record.line, path: path, reason: "it has more than \(mostFields) fields")
        }
        guard let separator = rest.popFirst() else { break }
        // A line break or a comma: `field` stops only at these.
        if separator.isNewline {
          line += 1
          isLast = true
        } else if rest.isEmpty {
          record.fields.append("")
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
    _ rest: inout Substring, _ line: inout Int, path: String
  ) throws(LabelledPicturesError) -> String {
    let opened = rest.drop { $0 == " " || $0 == "\t" }
    guard opened.first == "\"" else {
      let field = rest.prefix { $0 != "," && !$0.isNewline }
      rest = rest[field.endIndex...]
      return trimmed(field)
    }
    let start = line
    var field = ""
    rest = opened.dropFirst()
    while let character = rest.popFirst() {
      if character == "\"" {
        guard rest.first == "\"" else {
          rest = rest.drop { $0 == " " || $0 == "\t" }
          guard rest.isEmpty || rest.first == "," || rest.first?.isNewline == true else {
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
