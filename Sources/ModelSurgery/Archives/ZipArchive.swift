import TFLite

/// The files of a zip archive, referenced in place if they are stored uncompressed.
struct ZipDirectory {
  /// The contents by file name.
  let entries: [String: Bytes]
  /// The offset of the first file's local header.
  let start: Int

  /// Reads the directory at the end of an archive and checks it against the local header of each file.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - isMovable: Whether all offsets may be off by the same amount, as in an archive appended to other data or cut
  ///     from it, and files may be compressed with DEFLATE.
  ///   - mostUnpacked: The greatest number of bytes of the compressed files together.
  /// - Throws: ``WeightsError/damaged(place:because:)`` if directory and headers differ, files overlap, or a file is
  ///   compressed although it must not be.
  /// - Complexity: O(entries · log entries + size of compressed files). Stored files are not read, so their checksums
  ///   are not verified.
  init(_ archive: Bytes, isMovable: Bool = false, mostUnpacked: Int = 1 << 26) throws(WeightsError) {
    let (start, end, count, shift) = try Self.directory(of: archive, isMovable: isMovable)
    var first = start
    var unpacked = 0
    var cursor = ByteCursor(archive, at: start)
    var entries: [String: Bytes] = [:]
    var ranges: [Range<Int>] = []
    for number in 0..<count {
      guard let entry = Entry(&cursor), cursor.position <= end else {
        throw .damaged(place: "the zip's directory", because: "its record \(number) of \(count) is cut off")
      }
      let place = "the entry \(entry.name)"
      let isPacked = isMovable && entry.method == 8
      guard isPacked || (entry.method == 0 && entry.packedCount == entry.count) else {
        throw .damaged(place: place, because: "it is compressed, which no PyTorch file is")
      }
      guard entry.flags & 1 == 0 else { throw .damaged(place: place, because: "it is encrypted") }
      guard let (head, range) = entry.range(in: archive, shiftedBy: shift, before: start),
        let stored = archive.slice(range)
      else {
        throw .damaged(place: place, because: "it is not where the directory says")
      }
      unpacked += isPacked ? entry.count : 0
      guard unpacked <= mostUnpacked else {
        throw .damaged(place: place, because: "the decompressed files exceed \(mostUnpacked >> 20) MB")
      }
      guard let contents = isPacked ? Deflate.unpacked(stored, count: entry.count) : stored else {
        throw .damaged(place: place, because: "its contents cannot be decompressed")
      }
      guard entries.updateValue(contents, forKey: entry.name) == nil else {
        throw .damaged(place: place, because: "there are two of that name")
      }
      ranges.append(range)
      first = min(first, head)
    }
    guard cursor.position == end else {
      throw .damaged(place: "the zip's directory", because: "it holds more than the declared \(count) records")
    }
    ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    for (one, next) in zip(ranges, ranges.dropFirst()) where one.upperBound > next.lowerBound {
      throw .damaged(place: "the zip's directory", because: "two of its files overlap")
    }
    self.entries = entries
    self.start = first
  }

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

/// The directory's record of a file.
private struct Entry {
  let flags, method: UInt16
  let nameBytes: Bytes
  private(set) var packedCount, count, offset: Int

  var name: String { nameBytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

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

/// A writer of zip archives that stores files uncompressed.
enum ZipArchive {
  /// The signature of a local file header.
  static let localSignature: [UInt8] = [0x50, 0x4B, 3, 4]

  /// Returns an archive of files in the order of their names. Equal files give equal bytes.
  ///
  /// - Parameters:
  ///   - files: The contents by file name.
  ///   - start: The offset of the archive's first byte.
  /// - Throws: `TFLiteError/invalid(field:reason:)` if the files exceed the limits of a zip with 32-bit offsets.
  static func bytes(of files: [String: Bytes], at start: Int) throws(TFLiteError) -> [UInt8] {
    var size: Int = start + 22
    for (name, contents) in files { size += contents.count + 2 * name.utf8.count + 76 }
    guard files.count < 0xFFFF, size < UInt32.max, files.keys.allSatisfy({ $0.utf8.count <= 0xFFFF }) else {
      throw .invalid(field: "trailing", reason: "would hold \(files.count) packed files, more than fit a zip")
    }
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in files.sorted(by: { $0.key < $1.key }) {
      let offset: Int = start + archive.count
      let description = description(name, contents)
      archive.append(contentsOf: localSignature)
      archive.append(contentsOf: description)
      archive.append(contentsOf: name.utf8)
      archive.append(contentsOf: contents)
      directory.append(contentsOf: [0x50, 0x4B, 1, 2])
      append(madeBy, width: 2, to: &directory)
      directory.append(contentsOf: description)
      // No comment, the first disk, a binary file that everyone may read.
      append(0, width: 6, to: &directory)
      append(0o100644 << 16, width: 4, to: &directory)
      append(offset, width: 4, to: &directory)
      directory.append(contentsOf: name.utf8)
    }
    let directoryStart: Int = start + archive.count
    archive.append(contentsOf: directory)
    archive.append(contentsOf: [0x50, 0x4B, 5, 6])
    append(0, width: 4, to: &archive)
    append(files.count, width: 2, to: &archive)
    append(files.count, width: 2, to: &archive)
    append(directory.count, width: 4, to: &archive)
    append(directoryStart, width: 4, to: &archive)
    append(0, width: 2, to: &archive)
    return archive
  }

  /// Returns the fields that the local header and the directory record share, up to the lengths of the name and of the
  /// empty extra field.
  private static func description(_ name: String, _ contents: Bytes) -> [UInt8] {
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
    var description: [UInt8] = []
    append(10, width: 2, to: &description)
    append(isASCII ? 0 : 0x800, width: 2, to: &description)
    append(0, width: 4, to: &description)
    append(firstDay, width: 2, to: &description)
    append(Int(checksum(of: contents)), width: 4, to: &description)
    append(contents.count, width: 4, to: &description)
    append(contents.count, width: 4, to: &description)
    append(name.utf8.count, width: 2, to: &description)
    append(0, width: 2, to: &description)
    return description
  }

  // Unix, so that the file mode counts; version 1.0 of the format.
  private static let madeBy = 3 << 8 | 10
  // The earliest date in a zip, 1 January 1980.
  private static let firstDay = 1 << 5 | 1

  /// Appends a little-endian number of `width` bytes.
  private static func append(_ value: Int, width: Int, to bytes: inout [UInt8]) {
    for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }

  /// Returns the CRC-32 of zip files, of the reversed polynomial EDB88320.
  private static func checksum(of bytes: Bytes) -> UInt32 {
    bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) -> UInt32 in
      var sum = UInt32.max
      for byte in raw {
        let index = Int((sum ^ UInt32(byte)) & 0xFF)
        sum = remainders[index] ^ (sum >> 8)
      }
      return ~sum
    }
  }

  private static let remainders: [UInt32] = (0..<256).map { (byte: UInt32) -> UInt32 in
    var sum = byte
    for _ in 0..<8 {
      let isOdd = sum & 1 == 1
      sum >>= 1
      if isOdd { sum ^= 0xEDB8_8320 }
    }
    return sum
  }
}
