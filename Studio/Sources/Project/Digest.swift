public import Foundation
import GRDB
import TFLite

/// The SHA-256 of the bytes of pictures.
public enum Digest {
  /// Returns the digest of bytes.
  public static func of(_ bytes: Data) -> Data {
    // Bytes in memory can always be read.
    data((try? Bytes(Array(bytes)).sha256) ?? "")
  }

  /// Returns the digest of a file; nil where it cannot be read.
  public static func ofFile(_ file: URL) -> Data? {
    (try? Bytes(mapping: file).sha256).map(data)
  }

  private static func data(_ hexadecimal: String) -> Data {
    let digits = Array(hexadecimal.utf8)
    return Data(
      stride(from: 0, to: digits.count - 1, by: 2).map { place in
        UInt8(String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16) ?? 0
      })
  }
}
