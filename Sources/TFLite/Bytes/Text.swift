/// A string as a FlatBuffers file holds it: bytes that ought to be UTF-8, kept as they are where they are not.
///
/// Two texts are equal when their bytes are, so that Unicode's equivalent spellings stay apart.
public struct Text: Sendable, Hashable {
  /// The bytes, with no terminating zero.
  public let bytes: Bytes

  /// The text of some bytes, whatever they are.
  public init(bytes: Bytes) { self.bytes = bytes }

  /// The text of a string.
  public init(_ string: some StringProtocol) { bytes = Bytes(Array(string.utf8)) }

  /// The text as a string; what is no UTF-8 becomes U+FFFD.
  public var string: String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { bytes.isEmpty }
}

extension Text: ExpressibleByStringLiteral {
  /// The text of a literal.
  public init(stringLiteral value: String) { self.init(value) }
}

extension Text: CustomStringConvertible {
  /// The text as a string.
  public var description: String { string }
}
