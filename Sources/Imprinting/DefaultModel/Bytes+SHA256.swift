import TFLite

extension Bytes {
  /// The SHA-256 of the bytes, in 64 hexadecimal digits.
  public var sha256: String {
    [self].digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
