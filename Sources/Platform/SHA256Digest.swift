#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The SHA-256 digest of some bytes (FIPS 180-4).
package struct SHA256Digest: Sendable, Hashable {
  /// The length of a digest in bytes.
  package static let byteCount = 32

  /// The 32 bytes of the digest.
  package let bytes: [UInt8]

  /// Creates a digest from its bytes.
  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// The digest as 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// Computes the digest of some bytes.
  ///
  /// - Throws: ``SharedLibraryError`` where the system's libcrypto cannot be used.
  /// - Complexity: O(n), at the speed of the processor's SHA instructions.
  package init(of bytes: UnsafeRawBufferPointer) throws(SharedLibraryError) {
    var hasher = try SHA256Hasher()
    hasher.update(bytes)
    self = hasher.finalize()
  }

  /// Computes the digest of an array.
  ///
  /// - Throws: ``SharedLibraryError`` where the system's libcrypto cannot be used.
  package init(of bytes: [UInt8]) throws(SharedLibraryError) {
    var hasher = try SHA256Hasher()
    bytes.withUnsafeBytes { hasher.update($0) }
    self = hasher.finalize()
  }

  /// Computes the digest of a file's contents, reading them in pieces. Returns nil where the file cannot be read, is not a
  /// regular file or has more than `limit` bytes.
  ///
  /// - Throws: ``SharedLibraryError`` where the system's libcrypto cannot be used.
  package init?(ofFile path: String, limit: Int = 1 << 30) throws(SharedLibraryError) {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
      return nil
    }
    var hasher = try SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
    self = hasher.finalize()
  }
}
