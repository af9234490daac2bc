package import TFLite

/// A table of keys and values sorted by key, as LevelDB writes it and TensorFlow stores the index of a checkpoint.
///
/// Blocks of entries, each with a checksum; an index block that locates these; a 48-byte footer that locates the index
/// block. A key is stored as the length of the prefix it shares with the key before it, and the rest.
enum SortedTable {
  /// Returns whether the bytes end with the footer of a table.
  static func isTable(_ bytes: Bytes) -> Bool {
    guard bytes.count >= footerCount else { return false }
    var cursor = ByteCursor(bytes, at: bytes.count - 8)
    return cursor.next(UInt64.self) == magic
  }

  /// Returns the entries in the order of their keys.
  ///
  /// - Throws: ``WeightsError/damaged(place:because:)``, also if blocks are compressed or the keys would take memory
  ///   out of proportion to the file.
  /// - Complexity: O(bytes).
  static func entries(of bytes: Bytes) throws(WeightsError) -> [(key: String, value: Bytes)] {
    guard isTable(bytes) else {
      throw .damaged(place: "the index", because: "it lacks the footer of a table; the file was cut off")
    }
    guard bytes.count <= largestTable else {
      throw .damaged(place: "the index", because: "it has \(bytes.count) bytes, more than any index")
    }
    let end = bytes.count - footerCount
    var footer = ByteCursor(bytes, at: end)
    // Skips the location of filters and statistics.
    _ = (footer.nextVarint(), footer.nextVarint())
    var keys = Keys(budget: 16 * bytes.count + 65_536)
    let index = try block(at: &footer, of: bytes, before: end)
    var handles: [Bytes] = []
    try forEachEntry(of: index, &keys) { _, value in handles.append(value) }
    keys.last = []
    keys.count = 0
    var entries: [(key: String, value: Bytes)] = []
    var start = 0
    for handle in handles {
      var cursor = ByteCursor(handle)
      let block = try block(at: &cursor, of: bytes, notBefore: &start, before: end)
      try forEachEntry(of: block, &keys) { key, value in
        entries.append((String(decoding: key, as: UTF8.self), value))
      }
    }
    return entries
  }

  /// The state of key reading: the last key, the number of keys, and how many bytes further keys may take.
  private struct Keys {
    var last: [UInt8] = []
    var count = 0
    var budget: Int
  }

  private static func block(
    at handle: inout ByteCursor, of bytes: Bytes, before end: Int
  ) throws(WeightsError) -> Bytes {
    var start = 0
    return try block(at: &handle, of: bytes, notBefore: &start, before: end)
  }

  /// Returns the verified contents of the block that a handle points to. Blocks must follow each other, so that none is
  /// read twice.
  private static func block(
    at handle: inout ByteCursor, of bytes: Bytes, notBefore start: inout Int, before end: Int
  ) throws(WeightsError) -> Bytes {
    guard let offset = handle.nextVarint().flatMap({ Int(exactly: $0) }),
      let size = handle.nextVarint().flatMap({ Int(exactly: $0) }), offset >= start, offset <= end,
      size <= end - offset - trailerCount, let checked = bytes.slice(offset..<(offset + size + 1)),
      let contents = checked.slice(0..<size)
    else {
      throw .damaged(place: "the index", because: "the location of a block is invalid")
    }
    start = offset + size + trailerCount
    var trailer = ByteCursor(bytes, at: offset + size)
    guard trailer.next(UInt8.self) == 0 else {
      throw .damaged(
        place: "the index",
        because: "its blocks are compressed, which TensorFlow does not do; write the checkpoint again")
    }
    guard trailer.next(UInt32.self) == CRC32C(of: checked).masked else {
      throw .damaged(place: "the index", because: "the checksum of a block is wrong")
    }
    return contents
  }

  private static func forEachEntry(
    of block: Bytes, _ keys: inout Keys, _ body: (_ key: [UInt8], _ value: Bytes) -> Void
  ) throws(WeightsError) {
    let damage = WeightsError.damaged(place: "the index", because: "its entries are not valid table entries")
    var tail = ByteCursor(block, at: block.count - 4)
    // The entries are followed by the offsets of the restart points, which are used for lookups, and by their number.
    guard block.count >= 4, let restarts = tail.next(UInt32.self), Int(restarts) <= (block.count - 4) / 4,
      let contents = block.slice(0..<(block.count - 4 - 4 * Int(restarts)))
    else { throw damage }
    var cursor = ByteCursor(contents)
    while cursor.remaining > 0 {
      guard let shared = cursor.nextVarint(), let rest = cursor.nextVarint(), let size = cursor.nextVarint(),
        shared <= keys.last.count, rest <= longestKey, let common = Int(exactly: shared),
        let own = Int(exactly: rest).flatMap({ cursor.take($0) }), common + own.count <= longestKey,
        let value = Int(exactly: size).flatMap({ cursor.take($0) })
      else { throw damage }
      let key = Array(keys.last.prefix(common)) + Array(own)
      guard keys.count == 0 || keys.last.lexicographicallyPrecedes(key) else {
        throw .damaged(place: "the index", because: "its keys are not in their order, or one is duplicated")
      }
      keys.budget -= key.count
      guard keys.budget >= 0 else {
        throw .damaged(place: "the index", because: "its keys would take memory out of proportion to the file")
      }
      keys.last = key
      keys.count += 1
      body(key, value)
    }
  }

  private static let magic: UInt64 = 0xDB47_7524_8B80_FB57
  private static let footerCount = 48
  // The compression type and the checksum.
  private static let trailerCount = 5
  private static let longestKey = 4096
  private static let largestTable = 1 << 25
}

/// The checksum CRC-32C, of Castagnoli's polynomial 0x1EDC6F41, which LevelDB tables, TensorFlow checkpoints and
/// TFRecord files use.
///
/// Eight bytes at a time with eight tables: Kounavis and Berry, "A Systematic Approach to Building High Performance
/// Software-Based CRC Generators" (2005).
package struct CRC32C: Sendable {
  private var state: UInt32 = .max

  package init() {}

  /// Computes the checksum of bytes.
  package init(of bytes: Bytes) { bytes.withUnsafeBytes { update($0) } }

  /// Computes the checksum of bytes.
  package init(of bytes: UnsafeRawBufferPointer) { update(bytes) }

  /// The checksum of all bytes so far.
  package var value: UInt32 { ~state }

  /// ``value`` as files store it, masked so that checksums of data that contains checksums stay strong.
  package var masked: UInt32 { (value >> 15 | value << 17) &+ 0xA282_EAD8 }

  /// Adds bytes to the checksum.
  ///
  /// - Complexity: O(bytes).
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var state = state
    Self.tables.withUnsafeBufferPointer { tables in
      var place = 0
      while bytes.count - place >= 8 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(state)
        // Seven bytes follow the first one, so it uses the last table.
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

  /// Eight tables of 256: table t holds the remainder of each byte followed by t zero bytes.
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
