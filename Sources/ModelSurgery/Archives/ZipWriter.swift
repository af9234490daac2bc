public import TFLite

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
    var writer = ZipWriter(at: start)
    var archive: [UInt8] = []
    for (name, contents) in files.sorted(by: { $0.key < $1.key }) {
      guard let header = writer.header(of: name, contents) else {
        throw .invalid(field: "trailing", reason: "would hold \(files.count) packed files, more than fit a zip")
      }
      archive.append(contentsOf: header)
      archive.append(contentsOf: contents)
    }
    return archive + writer.end
  }
}

/// Writes a zip archive that stores files uncompressed, one file after the other.
///
/// ```swift
/// var writer = ZipWriter()
/// write(writer.header(of: "rose/1.jpg", contents))
/// write(contents)
/// write(writer.end)
/// ```
public struct ZipWriter: Sendable {
  private var directory: [UInt8] = []
  private var count = 0
  private var offset: Int

  /// Begins an archive.
  ///
  /// - Parameter start: The offset of its first byte.
  public init(at start: Int = 0) { offset = start }

  /// Returns the bytes to write before the contents of a file; nil if the file does not fit a zip with 32-bit offsets.
  ///
  /// - Parameters:
  ///   - name: The name of the file, with its folders.
  ///   - contents: The bytes to write after the header.
  public mutating func header(of name: String, _ contents: Bytes) -> [UInt8]? {
    let nameCount = name.utf8.count
    let end = offset + 30 + nameCount + contents.count
    guard nameCount <= 0xFFFF, count + 1 < 0xFFFF, end + directory.count + 46 + nameCount + 22 < Int(UInt32.max) else {
      return nil
    }
    let description = Self.description(name, contents)
    directory.append(contentsOf: [0x50, 0x4B, 1, 2])
    Self.append(Self.madeBy, width: 2, to: &directory)
    directory.append(contentsOf: description)
    // No comment, the first disk, a binary file that everyone may read.
    Self.append(0, width: 6, to: &directory)
    Self.append(0o100644 << 16, width: 4, to: &directory)
    Self.append(offset, width: 4, to: &directory)
    directory.append(contentsOf: name.utf8)
    count += 1
    offset = end
    return ZipArchive.localSignature + description + Array(name.utf8)
  }

  /// The bytes to write after the last file: the directory.
  public var end: [UInt8] {
    var bytes = directory + [0x50, 0x4B, 5, 6]
    Self.append(0, width: 4, to: &bytes)
    Self.append(count, width: 2, to: &bytes)
    Self.append(count, width: 2, to: &bytes)
    Self.append(directory.count, width: 4, to: &bytes)
    Self.append(offset, width: 4, to: &bytes)
    Self.append(0, width: 2, to: &bytes)
    return bytes
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
