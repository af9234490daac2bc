import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A TFRecord file, mapped into memory.
///
/// A record is its length (8 bytes, little-endian), the length's checksum (4 bytes), its data, and the data's checksum
/// (4 bytes), both masked as ``CRC32C/masked`` says. Nothing stands before, between or behind records.
struct RecordFile: Sendable {
  /// What errors call the file.
  let name: String
  /// The file's bytes.
  let bytes: Bytes

  /// - Throws: ``RecordError/unreadable(file:reason:)``.
  init(_ file: URL) throws(RecordError) {
    name = file.relativePath
    do {
      bytes = try Bytes(mapping: file)
    } catch {
      guard case .cannotRead(_, let reason) = error else { throw .unreadable(file: name, reason: "\(error)") }
      throw .unreadable(file: name, reason: reason)
    }
  }

  /// Checks all records, in order, and calls `body` with the file's bytes, each record's number, from 0, and where its
  /// data lie.
  ///
  /// - Throws: ``RecordError``, of this file or what `body` throws.
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

  /// Where the data of the record at a position lie, once both checksums were found right.
  private func data(
    _ bytes: UnsafeRawBufferPointer, of number: Int, at position: Int
  ) throws(RecordError) -> Range<Int> {
    guard bytes.count - position >= 12 else { throw .cutOff(file: name, record: number) }
    let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    guard isWhole(bytes, position..<position + 8) else {
      if number == 0, Self.isCompressed(bytes) { throw .compressed(file: name) }
      throw .altered(file: name, record: number, part: .length)
    }
    let start = position + 12
    guard let length = Int(exactly: length), bytes.count - start >= 4, length <= bytes.count - start - 4 else {
      throw .cutOff(file: name, record: number)
    }
    guard isWhole(bytes, start..<start + length) else { throw .altered(file: name, record: number, part: .data) }
    return start..<start + length
  }

  /// Whether the checksum that stands behind some bytes is theirs.
  private func isWhole(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    CRC32C(of: UnsafeRawBufferPointer(rebasing: bytes[range])).masked
      == UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: range.upperBound, as: UInt32.self))
  }

  // The first bytes of gzip, and of zlib at its usual settings: TensorFlow writes both. An uncompressed file may begin
  // with them too, but then the checksum of its first length is right.
  private static func isCompressed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes[0] == 0x1F && bytes[1] == 0x8B || bytes[0] == 0x78 && [0x01, 0x5E, 0x9C, 0xDA].contains(bytes[1])
  }
}
