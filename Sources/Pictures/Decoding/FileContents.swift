#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads whole files into memory that is used again.
enum FileContents {
  /// The bytes of a file, valid as long as `memory` gives out no others.
  ///
  /// - Parameter name: What errors call the file.
  /// - Throws: ``PictureError``: unreadable, not a file, or too many bytes. A pipe is not waited for.
  static func read(
    _ path: String, named name: String, into memory: Memory
  ) throws(PictureError) -> UnsafeRawBufferPointer {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw failure(name) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(name) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(picture: name) }
    let size = Int(status.st_size)
    guard size <= Limits.fileBytes else {
      throw .tooManyBytes(picture: name, bytes: size, limit: Limits.fileBytes)
    }
    let start = memory.bytes(size)
    var count = 0
    while count < size {
      let got = Self.read(file, start + count, size - count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw failure(name) }
      guard got > 0 else { break }
      count += got
    }
    return UnsafeRawBufferPointer(start: start, count: count)
  }

  private static func read(_ file: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
    #if canImport(Darwin)
      Darwin.read(file, start, count)
    #elseif canImport(Glibc)
      Glibc.read(file, start, count)
    #elseif canImport(Musl)
      Musl.read(file, start, count)
    #endif
  }

  private static func failure(_ name: String) -> PictureError {
    .unreadable(picture: name, reason: String(cString: strerror(errno)))
  }
}
