/// What a picture is known by: the first 16 bytes of the SHA-256 digest of its content.
///
/// The content of a picture is the bytes of its file, or its pixels where there is no file. Two files with the same bytes are
/// one picture, whatever their names are. Among 10¹² pictures, two share a digest of this length with a probability of 10⁻¹⁵.
public struct PictureDigest: Sendable, Hashable, Comparable {
  /// The number of bytes of a digest.
  public static let byteCount = 16

  // Big-endian halves, so that they compare as the bytes do.
  private let high, low: UInt64

  /// Creates a digest from its 16 bytes; returns nil for any other number.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    let words = [bytes.prefix(8), bytes.suffix(8)].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    (high, low) = (words[0], words[1])
  }

  /// Creates a digest from its 32 hexadecimal digits.
  public init?(_ digits: some StringProtocol) {
    let digits = Array(digits.utf8)
    guard digits.count == 2 * Self.byteCount, digits.allSatisfy(Self.isDigit),
      let high = UInt64(String(decoding: digits.prefix(16), as: UTF8.self), radix: 16),
      let low = UInt64(String(decoding: digits.suffix(16), as: UTF8.self), radix: 16)
    else { return nil }
    (self.high, self.low) = (high, low)
  }

  /// Shortens a SHA-256 digest.
  package init(_ digest: SHA256Digest) {
    let words = [digest.bytes[0..<8], digest.bytes[8..<16]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    (high, low) = (words[0], words[1])
  }

  /// Computes the digest of a picture's content. Returns nil where SHA-256 cannot be computed on this system.
  ///
  /// - Complexity: O(n); 1.5 to 2 GB a second with the processor's SHA instructions.
  package init?(of content: UnsafeRawBufferPointer) {
    guard let digest = try? SHA256Digest(of: content) else { return nil }
    self.init(digest)
  }

  /// Computes the digest of the content of a file; returns nil where it cannot be read.
  package init?(ofFile path: String) {
    guard let digest = (try? SHA256Digest(ofFile: path)) ?? nil else { return nil }
    self.init(digest)
  }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
  }

  public static func < (one: Self, other: Self) -> Bool { (one.high, one.low) < (other.high, other.low) }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension PictureDigest: LosslessStringConvertible {
  public init?(_ description: String) { self.init(description[...]) }

  /// 32 lower-case hexadecimal digits.
  public var description: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

extension PictureDigest: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = PictureDigest(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is not 32 hexadecimal digits")
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
