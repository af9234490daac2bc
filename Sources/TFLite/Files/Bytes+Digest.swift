package import Platform

extension Bytes {
  /// The SHA-256 digest of the bytes, in 64 hexadecimal digits.
  ///
  /// - Throws: `SharedLibraryError` if the system's libcrypto cannot be used.
  public var sha256: String {
    get throws(SharedLibraryError) { try [self].digest.hexadecimal }
  }

  /// The bytes before the SHA-256 digest at the end, or nil if the digest is wrong.
  ///
  /// - Throws: `SharedLibraryError` if the system's libcrypto cannot be used.
  package var unsealed: Bytes? {
    get throws(SharedLibraryError) {
      let size = SHA256Digest.byteCount
      guard count >= size, let body = slice(0..<count - size), let digest = slice(count - size..<count),
        digest.elementsEqual(try [body].digest.bytes)
      else { return nil }
      return body
    }
  }
}

extension [Bytes] {
  /// The bytes, followed by their SHA-256 digest.
  ///
  /// - Throws: `SharedLibraryError` if the system's libcrypto cannot be used.
  package var sealed: [Bytes] {
    get throws(SharedLibraryError) { self + [Bytes(try digest.bytes)] }
  }

  /// The SHA-256 digest of all bytes, one run after the other.
  ///
  /// - Throws: `SharedLibraryError` if the system's libcrypto cannot be used.
  package var digest: SHA256Digest {
    get throws(SharedLibraryError) {
      var hasher = try SHA256Hasher()
      for piece in self { piece.withUnsafeBytes { hasher.update($0) } }
      return hasher.finalize()
    }
  }
}
