/// A string as a FlatBuffers file stores it: bytes that should be UTF-8. Other bytes are preserved unchanged.
///
/// Two texts are equal when their bytes are; canonically equivalent Unicode spellings differ.
public struct Text: Sendable, Hashable {
  /// The bytes, without the terminating zero.
  public let bytes: Bytes

  /// Creates a text from any bytes.
  public init(bytes: Bytes) { self.bytes = bytes }

  /// Creates a text from a string.
  public init(_ string: some StringProtocol) { bytes = Bytes(Array(string.utf8)) }

  /// The text as a string; invalid UTF-8 becomes U+FFFD.
  public var string: String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Whether the text is empty.
  public var isEmpty: Bool { bytes.isEmpty }
}

extension Text: ExpressibleByStringLiteral {
  /// Creates a text from a literal.
  public init(stringLiteral value: String) { self.init(value) }
}

extension Text: CustomStringConvertible {
  /// The text as a string.
  public var description: String { string }
}
