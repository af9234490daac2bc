#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads whole files into reusable buffers.
enum FileContents {
  /// Returns the bytes of a file, valid until the next use of `buffer`.
  ///
  /// - Parameter name: The name of the file in errors.
  /// - Throws: ``PictureError``: unreadable, not a file, or too many bytes. Opening a pipe does not block.
  static func read(
    _ path: String, named name: String, into buffer: ReusableBuffer
  ) throws(PictureError) -> UnsafeRawBufferPointer {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw failure(name) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(name) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(picture: name) }
    let size = Int(status.st_size)
    guard size <= DecodingLimits.fileBytes else {
      throw .tooManyBytes(picture: name, bytes: size, limit: DecodingLimits.fileBytes)
    }
    let start = buffer.bytes(size)
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

/// Reads integers from untrusted bytes; an offset out of range gives `nil`.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  var bigEndian: Bool

  init(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool) {
    self.bytes = bytes
    self.bigEndian = bigEndian
  }

  var count: Int { bytes.count }

  func byte(_ offset: Int) -> UInt8? {
    guard offset >= 0, offset < bytes.count else { return nil }
    return bytes[offset]
  }

  func uint16(_ offset: Int) -> UInt16? { read(offset) }

  func uint32(_ offset: Int) -> UInt32? { read(offset) }

  func int32(_ offset: Int) -> Int32? { read(offset) }

  private func read<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number? {
    guard offset >= 0, bytes.count >= MemoryLayout<Number>.size, offset <= bytes.count - MemoryLayout<Number>.size
    else { return nil }
    let number = bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
    return bigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
  }
}
