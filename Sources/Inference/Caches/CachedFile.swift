import Platform
import TFLite

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

/// An open file of a cache, which only this user or root can have written.
///
/// The owner and permissions keep other users' files out; a checksum, in a second file, finds damage: bytes that a disk or
/// a crash has changed, a file that was cut off, and one that was copied from another name; see ``CachedSum``. Against a
/// program that runs as this user there is no protection: it can change this program as well.
final class CachedFile {
  /// The contents, mapped into memory.
  let bytes: Bytes

  private let descriptor: Int32
  private let file: URL

  /// Opens a file; nil where there is none, it is not a regular file, or another user may have written it.
  init?(_ file: URL) {
    let path = file.path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileOwner.isTrusted(status),
      let bytes = try? Bytes(mapping: descriptor, path: path)
    else {
      close(descriptor)
      return nil
    }
    self.bytes = bytes
    self.descriptor = descriptor
    self.file = file
  }

  deinit { close(descriptor) }

  /// A path that leads to this very file, whatever is put in its place; valid only in this process, while the object lives.
  var path: String {
    #if os(Linux)
      let path = "/proc/self/fd/\(descriptor)"
      if access(path, R_OK) == 0 { return path }
    #endif
    return file.path
  }
}
