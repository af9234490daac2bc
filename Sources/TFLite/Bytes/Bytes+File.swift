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

extension Bytes {
  /// The bytes of a file, mapped into memory: nothing is read until it is used.
  ///
  /// The file may be renamed or replaced by another while the value lives; it must not be shortened in place.
  ///
  /// - Throws: ``TFLiteError/cannotRead(path:reason:)`` when it cannot be opened, is a folder, or cannot be mapped.
  public init(mapping file: URL) throws(TFLiteError) {
    let path = file.path
    // Not to wait for the other end of a pipe, which is no file anyway.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: systemReason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: path, reason: systemReason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotRead(path: path, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is no file")
    }
    guard let size = Int(exactly: status.st_size), size > 0 else {
      self.init()
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw .cannotRead(path: path, reason: systemReason(errno))
    }
    self.init(storage: ByteStorage(mapping: start, count: size), offset: 0, count: size)
  }
}

/// What the system calls an error number.
func systemReason(_ number: Int32) -> String { String(cString: strerror(number)) }
