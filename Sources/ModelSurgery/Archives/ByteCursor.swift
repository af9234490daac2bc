package import TFLite

/// A position in a byte buffer that advances as numbers and byte runs are read. Every read is checked.
package struct ByteCursor {
  package let bytes: Bytes
  package private(set) var position: Int

  package init(_ bytes: Bytes, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// The number of bytes left.
  package var remaining: Int { position <= bytes.count ? bytes.count - position : 0 }

  /// Reads a little-endian number, or returns nil if too few bytes are left.
  package mutating func next<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    let width = Number.bitWidth / 8
    guard let slice = take(width) else { return nil }
    return slice.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
  }

  /// Reads a variable-length number as LevelDB and protocol buffers store it: seven bits a byte, the lowest first, the
  /// top bit set where more bytes follow. Returns nil if the bytes end early or the number needs more than 64 bits.
  package mutating func nextVarint() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = next(UInt8.self), shift < 63 || byte <= 1 else { return nil }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }

  /// Reads a run of bytes, or returns nil if too few are left.
  package mutating func take(_ count: Int) -> Bytes? {
    guard count >= 0, count <= remaining, let slice = bytes.slice(position..<(position + count)) else { return nil }
    position += count
    return slice
  }

  /// Reads up to the next line feed, which is consumed and left out, or returns nil if there is none.
  package mutating func line() -> Bytes? {
    guard let rest = bytes.slice(position..<bytes.count), let length = rest.firstIndex(of: 0x0A) else { return nil }
    defer { position += 1 }
    return take(length)
  }
}

/// A reader of the fields of a protocol-buffers message: their numbers and values, without a schema.
enum ProtobufFields {
  /// The value of a field.
  enum Value: Sendable, Hashable {
    case number(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// A string, bytes, an embedded message or a packed list.
    case bytes(Bytes)

    /// The value as a signed integer, or nil if it is of another kind.
    var integer: Int? {
      if case .number(let bits) = self { Int(exactly: Int64(bitPattern: bits)) } else { nil }
    }
  }

  /// Calls a closure with the number and value of each field.
  ///
  /// - Returns: Whether all bytes form a valid message; reading stops at the first invalid field.
  static func read(_ message: Bytes, _ body: (_ field: UInt64, Value) -> Void) -> Bool {
    var cursor = ByteCursor(message)
    while cursor.remaining > 0 {
      guard let tag = cursor.nextVarint(), let value = value(ofKind: tag & 7, in: &cursor) else { return false }
      body(tag >> 3, value)
    }
    return true
  }

  private static func value(ofKind kind: UInt64, in cursor: inout ByteCursor) -> Value? {
    switch kind {
    case 0: cursor.nextVarint().map { .number($0) }
    case 1: cursor.next(UInt64.self).map { .fixed64($0) }
    case 2: cursor.nextVarint().flatMap { Int(exactly: $0) }.flatMap { cursor.take($0) }.map { .bytes($0) }
    case 5: cursor.next(UInt32.self).map { .fixed32($0) }
    default: nil
    }
  }
}
