import TFLite

/// The files of a zip archive, referenced where they lie if it stores them as they are.
struct ZipDirectory {
  /// The contents by name.
  let entries: [String: Bytes]
  /// Where the first file begins, with its head.
  let start: Int

  /// Reads and verifies the directory at an archive's end, and what it says about each file beside that file.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - isMovable: Whether its offsets may all be off by the same number, as in an archive that was put behind other
  ///     data or cut from it, and its files may be packed by DEFLATE.
  /// - Throws: ``WeightsError/damaged(place:because:)`` where the two differ, files overlap or one is packed.
  /// - Complexity: O(entries · log entries) and O(the size of packed files); others are not looked at, so their checksums
  ///   are not checked.
  init(_ archive: Bytes, isMovable: Bool = false) throws(WeightsError) {
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
        throw .damaged(place: place, because: "it does not lie where the zip's directory says")
      }
      guard let contents = isPacked ? Deflate.unpacked(stored, count: entry.count) : stored else {
        throw .damaged(place: place, because: "what it packs cannot be unpacked")
      }
      unpacked += isPacked ? contents.count : 0
      guard unpacked <= Self.mostUnpacked else {
        throw .damaged(place: place, because: "with it the archive's files take more than 64 MB")
      }
      guard entries.updateValue(contents, forKey: entry.name) == nil else {
        throw .damaged(place: place, because: "there are two of that name")
      }
      ranges.append(range)
      first = min(first, head)
    }
    guard cursor.position == end else {
      throw .damaged(place: "the zip's directory", because: "it holds more than its \(count) records")
    }
    ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    for (one, next) in zip(ranges, ranges.dropFirst()) where one.upperBound > next.lowerBound {
      throw .damaged(place: "the zip's directory", because: "two of its files overlap")
    }
    self.entries = entries
    self.start = first
  }

  private static let mostUnpacked = 1 << 26

  /// Where the directory begins and ends, how many records it has, and by how much all offsets are to be shifted.
  private static func directory(
    of archive: Bytes, isMovable: Bool
  ) throws(WeightsError) -> (start: Int, end: Int, count: Int, shift: Int) {
    let missing = WeightsError.damaged(
      place: "the zip's end", because: "the record that says where its files are is missing; the file was cut off")
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
    // The directory ends where the record begins that tells of it.
    let shift = isMovable && directory.size <= limit ? limit - directory.size - directory.start : 0
    directory.start += shift
    // A record takes 46 bytes at least.
    guard directory.start <= limit, directory.size <= limit - directory.start, directory.count <= directory.size / 46
    else {
      throw .damaged(place: "the zip's end", because: "the directory that it points to does not lie in the file")
    }
    return (directory.start, directory.start + directory.size, directory.count, shift)
  }

  /// The last place where a record stands whose comment reaches the file's end.
  private static func endRecord(of archive: Bytes) -> Int? {
    let recordCount = 22
    guard archive.count >= recordCount else { return nil }
    return archive.withUnsafeBytes { bytes in
      (0...min(0xFFFF, archive.count - recordCount)).lazy.map { archive.count - recordCount - $0 }.first { start in
        bytes[start] == 0x50 && bytes[start + 1] == 0x4B && bytes[start + 2] == 5 && bytes[start + 3] == 6
          && start + recordCount + (Int(bytes[start + 20]) | Int(bytes[start + 21]) << 8) == archive.count
      }
    }
  }

  /// The same record with wide numbers: found by a locator right before the narrow one.
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

/// What the directory says about a file.
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

  /// Takes the numbers that do not fit 32 bits from the extra field of theirs.
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

  /// Where the head begins that the contents have of their own, and where they lie behind it; nil where the head does
  /// not agree or they do not lie before `limit`.
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

/// Writes zip archives that store files as they are.
enum ZipArchive {
  /// The four bytes before each file.
  static let localSignature: [UInt8] = [0x50, 0x4B, 3, 4]

  /// An archive of some files, in the order of their names: the same files make the same bytes.
  ///
  /// - Parameters:
  ///   - files: The files' contents by name.
  ///   - start: What offsets count the archive's first byte as.
  /// - Throws: ``TFLiteError/invalid(field:reason:)`` when there are more files, or more bytes, than a zip of 32-bit
  ///   offsets holds.
  static func bytes(of files: [String: Bytes], at start: Int) throws(TFLiteError) -> [UInt8] {
    let size = files.reduce(start) { $0 + $1.value.count + 2 * $1.key.utf8.count + 76 } + 22
    guard files.count < 0xFFFF, size < UInt32.max, files.keys.allSatisfy({ $0.utf8.count <= 0xFFFF }) else {
      throw .invalid(field: "trailing", reason: "is to hold \(files.count) packed files, more than fit a zip")
    }
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in files.sorted(by: { $0.key < $1.key }) {
      let offset = start + archive.count
      let description = description(name, contents)
      archive += localSignature + description + Array(name.utf8)
      archive.append(contentsOf: contents)
      directory += [0x50, 0x4B, 1, 2] + number(madeBy, 2) + description
      // No comment, the first disk, no text; a file that all may read.
      directory += number(0, 2) + number(0, 2) + number(0, 2) + number(0o100644 << 16, 4) + number(offset, 4)
      directory += name.utf8
    }
    let end =
      [0x50, 0x4B, 5, 6] + number(0, 2) + number(0, 2) + number(files.count, 2) + number(files.count, 2)
      + number(directory.count, 4) + number(start + archive.count, 4) + number(0, 2)
    return archive + directory + end
  }

  /// What both the head of a file and its record in the directory say, up to the lengths of its name and of nothing.
  private static func description(_ name: String, _ contents: Bytes) -> [UInt8] {
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
    return number(10, 2) + number(isASCII ? 0 : 0x800, 2) + number(0, 2) + number(0, 2) + number(firstDay, 2)
      + number(Int(checksum(of: contents)), 4) + number(contents.count, 4) + number(contents.count, 4)
      + number(name.utf8.count, 2) + number(0, 2)
  }

  // Unix, for the sake of the file's mode; version 1.0 of the format.
  private static let madeBy = 3 << 8 | 10
  // The first day that a zip can name, 1 January 1980.
  private static let firstDay = 1 << 5 | 1

  private static func number(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The cyclic redundancy check that zips have, of the reversed polynomial EDB88320.
  private static func checksum(of bytes: Bytes) -> UInt32 {
    bytes.withUnsafeBytes { raw in
      ~raw.reduce(UInt32.max) { sum, byte in remainders[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
    }
  }

  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
  }
}
