import TFLite

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
