package import Platform

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A run of immutable bytes: a slice of an array or of a memory-mapped file, referenced and never copied.
///
/// Copying a value or taking a slice of it costs O(1) and shares the storage, which lives as long as any slice of it.
/// Indices run from 0 to `count`, in slices too. Two values are equal when their bytes are.
public struct Bytes: Sendable {
  let storage: ByteStorage
  let offset: Int

  /// The number of bytes.
  public let count: Int

  init(storage: ByteStorage, offset: Int, count: Int) {
    self.storage = storage
    self.offset = offset
    self.count = count
  }

  /// Creates a value from an array, which is shared and not copied.
  public init(_ array: [UInt8]) {
    self.init(storage: ByteStorage(array), offset: 0, count: array.count)
  }

  /// Creates an empty value.
  public init() { self.init([]) }

  /// Returns a slice, or nil if the range exceeds the bytes.
  ///
  /// - Complexity: O(1).
  public func slice(_ range: Range<Int>) -> Bytes? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    return Bytes(storage: storage, offset: offset + range.lowerBound, count: range.count)
  }

  /// Calls a closure with the bytes, in place.
  ///
  /// The pointer is valid only during the call. A memory-mapped file is read here: if another process shortens it
  /// meanwhile, the system ends this process, as with any mapping.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeBytes { (whole: UnsafeRawBufferPointer) throws(Failure) -> Result in
      try body(UnsafeRawBufferPointer(rebasing: whole[offset..<(offset + count)]))
    }
  }

  /// The version of the file that was mapped, where these are all its bytes; nil for other bytes.
  package var stamp: FileStamp? { storage.stamp.flatMap { offset == 0 && count == storage.count ? $0 : nil } }

  /// Returns whether both values are the same slice of the same storage, a stronger condition than equality.
  func isIdentical(to other: Bytes) -> Bool {
    storage === other.storage && offset == other.offset && count == other.count
  }
}

extension Bytes: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of bytes.
  public var endIndex: Int { count }

  /// The byte at a position, which must be in range, as with an array.
  public subscript(position: Int) -> UInt8 {
    precondition(position >= 0 && position < count, "a position outside the bytes")
    return storage.withUnsafeBytes { $0[offset + position] }
  }

  /// Calls a closure with the bytes, in place; with it `Array(bytes)` is a single copy.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
  }
}

extension Bytes: Hashable {
  /// Returns whether both hold the same bytes; O(1) if they are the same slice, else O(`count`).
  public static func == (left: Bytes, right: Bytes) -> Bool {
    guard left.count == right.count else { return false }
    if left.isIdentical(to: right) { return true }
    return left.withUnsafeBytes { mine in right.withUnsafeBytes { equalBytes(mine, $0) } }
  }

  /// Hashes the count and at most the first and last 64 bytes: weights are large and rarely used as keys.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    withUnsafeBytes { bytes in
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes.prefix(64)))
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes.suffix(64)))
    }
  }
}

extension Bytes: ExpressibleByArrayLiteral {
  /// Creates a value from a literal, such as `[1, 2, 3]`.
  public init(arrayLiteral elements: UInt8...) { self.init(elements) }
}

extension Bytes: CustomStringConvertible {
  /// The number of bytes; the bytes themselves are not printed.
  public var description: String { "\(count) bytes" }
}

extension Bytes {
  /// Maps a file into memory: each page is read when it is first used.
  ///
  /// While the value lives, the file may be renamed or replaced, but must not be shortened in place.
  ///
  /// - Throws: ``TFLiteError/cannotRead(path:reason:)`` if the file cannot be opened or mapped, or is a folder.
  public init(mapping file: URL) throws(TFLiteError) {
    let path = file.path
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: systemReason(errno)) }
    defer { close(descriptor) }
    try self.init(mapping: descriptor, path: path)
  }

  /// Maps an open file into memory; `path` names it in errors.
  ///
  /// - Throws: ``TFLiteError/cannotRead(path:reason:)``.
  package init(mapping descriptor: Int32, path: String) throws(TFLiteError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: path, reason: systemReason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotRead(path: path, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a file")
    }
    guard let size = Int(exactly: status.st_size), size > 0 else {
      self.init()
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw .cannotRead(path: path, reason: systemReason(errno))
    }
    self.init(storage: ByteStorage(mapping: start, count: size, of: FileStamp(status)), offset: 0, count: size)
  }
}

/// Returns the system's text for an error number.
func systemReason(_ number: Int32) -> String { String(cString: strerror(number)) }

/// The storage of ``Bytes``: an array, or a memory-mapped file that is unmapped with the last slice of it.
final class ByteStorage: @unchecked Sendable {
  // Neither case is ever written to, so threads may share it.
  private enum Content {
    case array([UInt8])
    case mapping(UnsafeMutableRawPointer, count: Int)
  }

  private let content: Content
  /// The version of the mapped file; nil for an array.
  let stamp: FileStamp?

  init(_ array: [UInt8]) { (content, stamp) = (.array(array), nil) }

  /// Takes ownership of a mapping, and unmaps it when the object is released.
  init(mapping: UnsafeMutableRawPointer, count: Int, of stamp: FileStamp) {
    (content, self.stamp) = (.mapping(mapping, count: count), stamp)
  }

  var count: Int {
    switch content {
    case .array(let array): array.count
    case .mapping(_, let count): count
    }
  }

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

/// Returns whether two runs have the same length and bytes.
func equalBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let mine = left.baseAddress, let theirs = right.baseAddress else { return true }
  return memcmp(mine, theirs, left.count) == 0
}
