import TFLite

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
