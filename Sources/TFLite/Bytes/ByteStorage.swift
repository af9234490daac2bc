#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a ``Bytes`` is a slice of: an array, or a file mapped into memory and unmapped with the last slice of it.
final class ByteStorage: @unchecked Sendable {
  // Neither case is ever written to, which is what makes sharing it between threads sound.
  private enum Content {
    case array([UInt8])
    case mapping(UnsafeMutableRawPointer, count: Int)
  }

  private let content: Content

  init(_ array: [UInt8]) { content = .array(array) }

  /// Takes over a mapping, to be unmapped when this object goes.
  init(mapping: UnsafeMutableRawPointer, count: Int) { content = .mapping(mapping, count: count) }

  deinit {
    if case .mapping(let start, let count) = content { munmap(start, count) }
  }

  func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch content {
    case .array(let array):
      try array.withUnsafeBufferPointer { (elements: UnsafeBufferPointer<UInt8>) throws(Failure) -> Result in
        try body(UnsafeRawBufferPointer(elements))
      }
    case .mapping(let start, let count):
      try body(UnsafeRawBufferPointer(start: start, count: count))
    }
  }
}

/// Whether two runs of the same length hold the same bytes.
func equalBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let mine = left.baseAddress, let theirs = right.baseAddress else { return true }
  return memcmp(mine, theirs, left.count) == 0
}
