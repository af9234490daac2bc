import Platform
import TFLite

/// The contents of the second file of a cache file: the checksum of the first, and the version that was found to have it.
///
/// To compare 9 MB with their checksum takes 2 ms, a tenth of the time until the first answer. The version that was compared
/// is not compared again until the system starts anew.
struct CachedSum: Equatable {
  /// The ending of the second file's name.
  static let ending = ".sum"

  /// Smaller files are always compared: it takes less time than to note it.
  static let leastNoted = 1 << 20

  /// The checksum of the first file and its name.
  let checksum: UInt64
  /// The checksum of the version's stamp, the name and the identifier of the system's start; nil where none was compared.
  var version: UInt64?

  /// Computes the checksum of contents.
  ///
  /// - Complexity: O(bytes); 0.2 ms per MB.
  init(of bytes: Bytes, named name: String) {
    checksum = bytes.withUnsafeBytes { Checksum.of($0, seed: Self.of(name)) }
  }

  /// Reads the second file; nil where it has another size.
  init?(_ bytes: Bytes) {
    guard bytes.count == 8 || bytes.count == 16 else { return nil }
    (checksum, version) = bytes.withUnsafeBytes { bytes in
      func word(_ place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      return (word(0), bytes.count == 16 ? word(8) : nil)
    }
  }

  /// The contents of the second file.
  var bytes: Bytes {
    Bytes(
      [checksum, version].compactMap { $0 }.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } })
  }

  /// Returns what tells a version of the first file from every later one; nil where nothing does, and for small files.
  ///
  /// - Parameters:
  ///   - bytes: The mapped file.
  ///   - name: Its name.
  ///   - now: A time before its contents are read.
  static func version(of bytes: Bytes, named name: String, at now: FileStamp.Time) -> UInt64? {
    guard bytes.count >= leastNoted, let stamp = bytes.stamp, stamp.isSettled(at: now),
      let start = SystemStart.identifier
    else { return nil }
    return of("\(name) \(stamp.words) \(start)")
  }

  private static func of(_ text: String) -> UInt64 { Array(text.utf8).withUnsafeBytes { Checksum.of($0) } }
}
