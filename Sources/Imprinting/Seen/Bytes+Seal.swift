import Crypto
import TFLite

extension Bytes {
  /// What stands before the SHA-256 digest at the end, or nil where the digest is not that of it.
  var unsealed: Bytes? {
    let size = SHA256.byteCount
    guard count >= size, let body = slice(0..<count - size), let digest = slice(count - size..<count),
      digest.elementsEqual([body].digest)
    else { return nil }
    return body
  }
}

extension [Bytes] {
  /// The bytes, and behind them the SHA-256 digest of all.
  var sealed: [Bytes] { self + [Bytes(digest)] }

  /// The SHA-256 digest of the bytes one after the other.
  var digest: [UInt8] {
    var hash = SHA256()
    for piece in self { piece.withUnsafeBytes { hash.update(bufferPointer: $0) } }
    return [UInt8](hash.finalize())
  }
}
