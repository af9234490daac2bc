public import TFLite

/// The files of a zip archive, referenced in place if they are stored uncompressed.
struct ZipDirectory {
  /// The contents by file name.
  let entries: [String: Bytes]
  /// The offset of the first file's local header.
  let start: Int

  /// Reads the directory at the end of an archive and checks it against the local header of each file.
  ///
  /// Nothing is decompressed before the whole directory is checked, and files must not overlap: so the work is bounded by
  /// the size of the archive, and the memory by `limit`.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - isMovable: Whether all offsets may be off by the same amount, as in an archive appended to other data or cut
  ///     from it, and files may be compressed with DEFLATE.
  ///   - limit: The greatest size of all decompressed files in bytes.
  /// - Throws: ``WeightsError/damaged(place:because:)`` if directory and headers differ, files overlap or are too many, or
  ///   a file is compressed although it must not be.
  /// - Complexity: O(entries · log entries + size of compressed files). Stored files are not read, so their checksums
  ///   are not verified.
  init(_ archive: Bytes, isMovable: Bool = false, limit: Int = 1 << 26) throws(WeightsError) {
    let (found, first) = try Self.files(of: archive, isMovable: isMovable, limit: limit)
    var entries: [String: Bytes] = [:]
    for (entry, range) in found {
      guard let contents = entry.contents(in: archive, range) else {
        throw .damaged(place: entry.place, because: "its contents cannot be decompressed")
      }
      entries[entry.name] = contents
    }
    self.entries = entries
    self.start = first
  }

  /// Returns the checked records of all files, with the ranges of their contents, and the offset of the first local header.
  fileprivate static func files(
    of archive: Bytes, isMovable: Bool, limit: Int
  ) throws(WeightsError) -> (found: [(entry: Entry, range: Range<Int>)], first: Int) {
    let (start, end, count, shift) = try Self.directory(of: archive, isMovable: isMovable)
    guard count <= Self.mostEntries else {
      throw .damaged(place: "the zip's directory", because: "it holds \(count) files, more than \(Self.mostEntries)")
    }
    var first = start
    var unpacked = 0
    var cursor = ByteCursor(archive, at: start)
    var found: [(entry: Entry, range: Range<Int>)] = []
    var names: Set<String> = []
    for number in 0..<count {
      guard let entry = Entry(&cursor), cursor.position <= end else {
        throw .damaged(place: "the zip's directory", because: "its record \(number) of \(count) is cut off")
      }
      let isPacked = isMovable && entry.method == 8
      guard isPacked || (entry.method == 0 && entry.packedCount == entry.count) else {
        throw .damaged(place: entry.place, because: "it is compressed, which no PyTorch file is")
      }
      guard entry.flags & 1 == 0 else { throw .damaged(place: entry.place, because: "it is encrypted") }
      guard let (head, range) = entry.range(in: archive, shiftedBy: shift, before: start) else {
        throw .damaged(place: entry.place, because: "it is not where the directory says")
      }
      guard !isPacked || entry.count <= limit - unpacked else {
        throw .damaged(place: entry.place, because: "the decompressed files exceed \(limit >> 20) MB")
      }
      unpacked += isPacked ? entry.count : 0
      guard names.insert(entry.name).inserted else {
        throw .damaged(place: entry.place, because: "there are two of that name")
      }
      found.append((entry, range))
      first = min(first, head)
    }
    guard cursor.position == end else {
      throw .damaged(place: "the zip's directory", because: "it holds more than the declared \(count) records")
    }
    let ranges = found.map(\.range).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    for (one, next) in zip(ranges, ranges.dropFirst()) where one.upperBound > next.lowerBound {
      throw .damaged(place: "the zip's directory", because: "two of its files overlap")
    }
    return (found, first)
  }

  // More than the tensors of any network.
  private static let mostEntries = 1 << 16

  /// Returns where the directory begins and ends, how many records it has, and the correction of all offsets.
  private static func directory(
    of archive: Bytes, isMovable: Bool
  ) throws(WeightsError) -> (start: Int, end: Int, count: Int, shift: Int) {
    let missing = WeightsError.damaged(
      place: "the zip's end", because: "the end record is missing; the file was cut off")
    guard let record = endRecord(of: archive) else { throw missing }
    var cursor = ByteCursor(archive, at: record + 4)
    guard let disk = cursor.next(UInt16.self), let first = cursor.next(UInt16.self), disk == first,
      cursor.take(2) != nil, let count = cursor.next(UInt16.self), let size = cursor.next(UInt32.self),
      let start = cursor.next(UInt32.self)
    else { throw missing }
    var directory = (start: Int(start), size: Int(size), count: Int(count))
    var limit = record
    if count == .max || size == .max || start == .max {
      guard let large = largeEndRecord(of: archive, before: record) else { throw missing }
      directory = (large.start, large.size, large.count)
      limit = large.position
    }
    // The directory ends where the end record begins.
    let shift = isMovable && directory.size <= limit ? limit - directory.size - directory.start : 0
    directory.start += shift
    // A record takes at least 46 bytes.
    guard directory.start <= limit, directory.size <= limit - directory.start, directory.count <= directory.size / 46
    else {
      throw .damaged(place: "the zip's end", because: "the directory is outside the file")
    }
    return (directory.start, directory.start + directory.size, directory.count, shift)
  }

  /// Returns the last offset of an end record whose comment reaches exactly to the end of the file.
  private static func endRecord(of archive: Bytes) -> Int? {
    let recordCount = 22
    guard archive.count >= recordCount else { return nil }
    let last: Int = archive.count - recordCount
    let first: Int = max(0, last - 0xFFFF)
    return archive.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Int? in
      var start = last
      while start >= first {
        let signature = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        let comment = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 20, as: UInt16.self))
        if signature == 0x0605_4B50, Int(comment) == last - start { return start }
        start -= 1
      }
      return nil
    }
  }

  /// Reads the Zip64 end record, which a locator right before the ordinary end record points to.
  private static func largeEndRecord(
    of archive: Bytes, before record: Int
  ) -> (position: Int, start: Int, size: Int, count: Int)? {
    guard record >= 20 else { return nil }
    var locator = ByteCursor(archive, at: record - 20)
    guard locator.next(UInt32.self) == 0x0706_4B50, locator.take(4) != nil,
      let position = locator.next(UInt64.self).flatMap(Int.init(exactly:)), position <= record - 20
    else { return nil }
    var cursor = ByteCursor(archive, at: position)
    guard cursor.next(UInt32.self) == 0x0606_4B50, cursor.take(28) != nil,
      let count = cursor.next(UInt64.self).flatMap(Int.init(exactly:)),
      let size = cursor.next(UInt64.self).flatMap(Int.init(exactly:)),
      let start = cursor.next(UInt64.self).flatMap(Int.init(exactly:))
    else { return nil }
    return (position, start, size, count)
  }
}

/// The files of a zip archive, each decompressed when it is asked for.
public struct ZipFiles: Sendable {
  /// The names of the files, with their folders, in the order of the archive.
  public let names: [String]

  private let archive: Bytes
  private let files: [(entry: Entry, range: Range<Int>)]

  /// Reads the directory of an archive, and checks it.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - limit: The greatest size of all decompressed files in bytes.
  /// - Throws: ``WeightsError/damaged(place:because:)``.
  public init(_ archive: Bytes, limit: Int) throws(WeightsError) {
    self.archive = archive
    files = try ZipDirectory.files(of: archive, isMovable: true, limit: limit).found
    names = files.map(\.entry.name)
  }

  /// Returns the decompressed size in bytes of the file at an index of ``names``; 0 where there is none.
  public func size(at index: Int) -> Int { files.indices.contains(index) ? files[index].entry.count : 0 }

  /// Returns the contents of the file at an index of ``names``; nil where they are damaged, or there is none.
  public func contents(at index: Int) -> Bytes? {
    guard files.indices.contains(index) else { return nil }
    return files[index].entry.contents(in: archive, files[index].range)
  }
}

/// The directory's record of a file.
private struct Entry: Sendable {
  let flags, method: UInt16
  let nameBytes: Bytes
  private(set) var packedCount, count, offset: Int

  var name: String { nameBytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// The entry in errors.
  var place: String { "the entry \(name)" }

  /// Returns the decompressed contents, or nil if they are damaged.
  func contents(in archive: Bytes, _ range: Range<Int>) -> Bytes? {
    guard let stored = archive.slice(range) else { return nil }
    return method == 8 ? Deflate.unpacked(stored, count: count) : stored
  }

  init?(_ cursor: inout ByteCursor) {
    guard cursor.next(UInt32.self) == 0x0201_4B50, cursor.take(4) != nil, let flags = cursor.next(UInt16.self),
      let method = cursor.next(UInt16.self), cursor.take(8) != nil, let packedCount = cursor.next(UInt32.self),
      let count = cursor.next(UInt32.self), let nameCount = cursor.next(UInt16.self),
      let extraCount = cursor.next(UInt16.self), let commentCount = cursor.next(UInt16.self), cursor.take(8) != nil,
      let offset = cursor.next(UInt32.self), let name = cursor.take(Int(nameCount)),
      let extra = cursor.take(Int(extraCount)), cursor.take(Int(commentCount)) != nil
    else { return nil }
    self.flags = flags
    self.method = method
    self.packedCount = Int(packedCount)
    self.count = Int(count)
    self.offset = Int(offset)
    nameBytes = name
    guard widen(from: extra, count == .max, packedCount == .max, offset == .max) else { return nil }
  }

  /// Reads the numbers that do not fit 32 bits from the Zip64 extra field.
  private mutating func widen(from extra: Bytes, _ wideCount: Bool, _ widePacked: Bool, _ wideOffset: Bool) -> Bool {
    guard wideCount || widePacked || wideOffset else { return true }
    var cursor = ByteCursor(extra)
    while let kind = cursor.next(UInt16.self), let length = cursor.next(UInt16.self),
      let field = cursor.take(Int(length))
    {
      guard kind == 1 else { continue }
      var numbers = ByteCursor(field)
      func next() -> Int? { numbers.next(UInt64.self).flatMap(Int.init(exactly:)) }
      if wideCount { guard let number = next() else { return false }; count = number }
      if widePacked { guard let number = next() else { return false }; packedCount = number }
      if wideOffset { guard let number = next() else { return false }; offset = number }
      return true
    }
    return false
  }

  /// Returns the offset of the file's local header and the range of its contents, or nil if the header disagrees with
  /// the directory or the contents do not end before `limit`.
  func range(in archive: Bytes, shiftedBy shift: Int, before limit: Int) -> (head: Int, contents: Range<Int>)? {
    let (offset, overflow) = offset.addingReportingOverflow(shift)
    guard !overflow, (0...limit).contains(offset) else { return nil }
    var cursor = ByteCursor(archive, at: offset)
    guard cursor.next(UInt32.self) == 0x0403_4B50, cursor.take(4) != nil, cursor.next(UInt16.self) == method,
      cursor.take(16) != nil, let nameCount = cursor.next(UInt16.self), let extraCount = cursor.next(UInt16.self),
      cursor.take(Int(nameCount)) == nameBytes, cursor.take(Int(extraCount)) != nil
    else { return nil }
    let start = cursor.position
    guard start <= limit, packedCount <= limit - start else { return nil }
    return (offset, start..<(start + packedCount))
  }
}
