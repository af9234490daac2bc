import Crypto
import TFLite

extension Bytes {
  /// The SHA-256 of the bytes, in 64 hexadecimal digits.
  public var sha256: String {
    var hash = SHA256()
    withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
