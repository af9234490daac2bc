package import TFLite

/// A place in some bytes that moves on as numbers and runs of bytes are read; every read is checked.
package struct ByteCursor {
  package let bytes: Bytes
  package private(set) var position: Int

  package init(_ bytes: Bytes, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// How many bytes are left.
  package var remaining: Int { position <= bytes.count ? bytes.count - position : 0 }

  /// The next little-endian number, or nil where the bytes end before.
  package mutating func next<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    let width = Number.bitWidth / 8
    guard let slice = take(width) else { return nil }
    return slice.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
  }

  /// The next number in the form of LevelDB and of protocol buffers: seven bits a byte, the lowest first, the top bit set
  /// where more follow; nil where the bytes end before, or 64 bits do not hold it.
  package mutating func nextVarint() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = next(UInt8.self), shift < 63 || byte <= 1 else { return nil }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }

  /// The next bytes, or nil where there are not so many.
  package mutating func take(_ count: Int) -> Bytes? {
    guard count >= 0, count <= remaining, let slice = bytes.slice(position..<(position + count)) else { return nil }
    position += count
    return slice
  }

  /// The next bytes up to a line's end, which is read too and left out, or nil where there is none.
  package mutating func line() -> Bytes? {
    guard let rest = bytes.slice(position..<bytes.count), let length = rest.firstIndex(of: 0x0A) else { return nil }
    defer { position += 1 }
    return take(length)
  }
}

/// The fields of a message of protocol buffers, one after the other: numbers for names, and what kind of value each is.
enum ProtobufFields {
  /// What a field holds.
  enum Value: Sendable, Hashable {
    case number(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// A text, bytes, a message within the message or a packed list.
    case bytes(Bytes)

    /// A number as a signed one, or nil of another kind.
    var integer: Int? {
      if case .number(let bits) = self { Int(exactly: Int64(bitPattern: bits)) } else { nil }
    }
  }

  /// Calls a closure with each field's number and value.
  ///
  /// - Returns: Whether the bytes are a message to their end; nothing more is read after what is none.
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
