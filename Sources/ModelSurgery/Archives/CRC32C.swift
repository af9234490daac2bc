import TFLite

/// The checksum CRC-32C, of Castagnoli's polynomial 0x1EDC6F41, which LevelDB's tables, TensorFlow's checkpoints and
/// TFRecord files carry.
///
/// Eight bytes a step, by eight tables: Kounavis and Berry, "A Systematic Approach to Building High Performance
/// Software-Based CRC Generators" (2005).
package struct CRC32C: Sendable {
  private var state: UInt32 = .max

  package init() {}

  /// The checksum of some bytes.
  package init(of bytes: Bytes) { bytes.withUnsafeBytes { update($0) } }

  /// The checksum of some bytes.
  package init(of bytes: UnsafeRawBufferPointer) { update(bytes) }

  /// The checksum of all bytes so far.
  package var value: UInt32 { ~state }

  /// ``value`` as files store it, so that the checksum of bytes with checksums in them does not degenerate.
  package var masked: UInt32 { (value >> 15 | value << 17) &+ 0xA282_EAD8 }

  /// Takes in more bytes.
  ///
  /// - Complexity: O(the number of bytes).
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var state = state
    Self.tables.withUnsafeBufferPointer { tables in
      var place = 0
      while bytes.count - place >= 8 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(state)
        // The first byte has seven more behind it, and so the last table.
        state = 0
        for byte in 0..<8 {
          state ^= tables[(7 - byte) << 8 | Int(truncatingIfNeeded: word >> (8 * UInt64(byte)) & 0xFF)]
        }
        place += 8
      }
      while place < bytes.count {
        state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[place])) & 0xFF)]
        place += 1
      }
    }
    self.state = state
  }

  /// Eight tables of 256: table t has what a byte comes to with t bytes of zeros behind it.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = (0..<256).map { (byte: UInt32) -> UInt32 in
      var word = byte
      for _ in 0..<8 { word = word & 1 == 1 ? word >> 1 ^ 0x82F6_3B78 : word >> 1 }
      return word
    }
    for place in 256..<(8 * 256) {
      let word = tables[place - 256]
      tables.append(word >> 8 ^ tables[Int(word & 0xFF)])
    }
    return tables
  }()
}
