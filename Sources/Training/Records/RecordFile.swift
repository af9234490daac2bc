import Heads
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A TFRecord file, mapped into memory.
///
/// A record is the length of its data (8 bytes, little-endian), the length's checksum (4 bytes), the data, and their
/// checksum (4 bytes). Both checksums are masked; see ``CRC32C/masked``. A file is a plain sequence of records.
struct RecordFile: Sendable {
  /// The name of the file in messages.
  let name: String
  /// The file's bytes.
  let bytes: Bytes

  /// - Throws: ``RecordError/unreadable(file:reason:)``.
  init(_ file: URL) throws(RecordError) {
    name = file.relativePath
    do {
      bytes = try Bytes(mapping: file)
    } catch {
      throw .unreadable(file: name, reason: error.reason ?? error.message)
    }
  }

  /// Verifies all records in order, and calls `body` with the file's bytes, the number of each record, from 0, and the
  /// range of its data.
  ///
  /// - Throws: ``RecordError`` for this file or from `body`.
  func forEachRecord(
    _ body: (_ bytes: UnsafeRawBufferPointer, _ number: Int, _ data: Range<Int>) throws(RecordError) -> Void
  ) throws(RecordError) {
    try bytes.withUnsafeBytes { (bytes) throws(RecordError) in
      var position = 0
      var number = 0
      while position < bytes.count {
        let data = try self.data(bytes, of: number, at: position)
        try body(bytes, number, data)
        position = data.upperBound + 4
        number += 1
      }
    }
  }

  /// Returns the range of the data of the record at a position, after verifying both checksums.
  private func data(
    _ bytes: UnsafeRawBufferPointer, of number: Int, at position: Int
  ) throws(RecordError) -> Range<Int> {
    guard bytes.count - position >= 12 else { throw .cutOff(file: name, record: number) }
    let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    guard isIntact(bytes, position..<position + 8) else {
      if number == 0, Self.isCompressed(bytes) { throw .compressed(file: name) }
      throw .altered(file: name, record: number, part: .length)
    }
    let start = position + 12
    guard let length = Int(exactly: length), bytes.count - start >= 4, length <= bytes.count - start - 4 else {
      throw .cutOff(file: name, record: number)
    }
    guard isIntact(bytes, start..<start + length) else { throw .altered(file: name, record: number, part: .data) }
    return start..<start + length
  }

  /// Returns whether the checksum after a range of bytes matches the bytes.
  private func isIntact(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    CRC32C(of: UnsafeRawBufferPointer(rebasing: bytes[range])).masked
      == UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: range.upperBound, as: UInt32.self))
  }

  // The first bytes of gzip, and of zlib at its usual settings: TensorFlow writes both. An uncompressed file may start
  // with them too, but then the checksum of its first length matches.
  private static func isCompressed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes[0] == 0x1F && bytes[1] == 0x8B || bytes[0] == 0x78 && [0x01, 0x5E, 0x9C, 0xDA].contains(bytes[1])
  }
}

/// The positions and labels of the pictures in a TFRecord file. They stay in memory.
struct RecordIndex: Sendable {
  /// A picture of a record.
  struct Entry: Sendable, Hashable {
    /// The range of the picture's bytes in the TFRecord file.
    let picture: Range<Int>
    let label: Int
  }

  /// The maximum number of classes if it is not known.
  static let mostClasses = 1 << 20

  /// The pictures in record order.
  private(set) var entries: [Entry] = []
  /// The names that the records give to the labels.
  private(set) var names = RecordLabelNames()

  /// Reads a file once.
  ///
  /// - Parameter classes: The number of classes; higher labels are an error.
  /// - Throws: ``RecordError``.
  init(_ file: RecordFile, classes: Int) throws(RecordError) {
    try file.forEachRecord { (bytes, number, data) throws(RecordError) in
      let example: RecordedExample
      do throws(WireCursor.Malformed) {
        example = try RecordedExample(bytes, data)
      } catch {
        throw .notAnExample(file: file.name, record: number, reason: error.reason)
      }
      guard let picture = example.pictures.first, example.pictures.count == 1, !picture.isEmpty else {
        throw .noPicture(file: file.name, record: number)
      }
      guard let label = example.labels.first, example.labels.count == 1 else {
        throw .noLabel(file: file.name, record: number)
      }
      guard label >= 0, label < classes else {
        throw .labelOutOfRange(file: file.name, record: number, label: label, classes: classes)
      }
      entries.append(Entry(picture: picture, label: Int(label)))
      for text in example.texts { names.add(String(decoding: bytes[text], as: UTF8.self), for: Int(label)) }
    }
  }
}

/// The names that records give to their labels.
struct RecordLabelNames: Sendable {
  private var names: [Int: String] = [:]
  // Labels with several names, or with a name that a label file cannot contain.
  private var unclear: Set<Int> = []

  /// Adds the name that a record gives to its label; an empty one is ignored.
  mutating func add(_ name: String, for label: Int) {
    guard !name.isEmpty else { return }
    if Labels.isName(name), names[label, default: name] == name {
      names[label] = name
    } else {
      unclear.insert(label)
    }
  }

  /// Adds the names that other records give.
  mutating func add(_ others: RecordLabelNames) {
    for (label, name) in others.names { add(name, for: label) }
    unclear.formUnion(others.unclear)
  }

  /// The name that all records give to a label; its number if there is no name or several.
  subscript(_ label: Int) -> String {
    unclear.contains(label) ? String(label) : names[label] ?? String(label)
  }
}
