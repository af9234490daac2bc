import Foundation

/// Small pictures without compression.
enum Bitmap {
  /// Returns a 24-bit bitmap, of the bytes of its pixels: blue, green and red, the lowest row first. The width must be a
  /// multiple of 4, or the picture one pixel.
  static func file(width: Int, height: Int, bytes: [UInt8]) -> Data {
    var file = Data("BM".utf8)
    for word in [54 + bytes.count, 0, 54, 40, width, height] {
      withUnsafeBytes(of: UInt32(word).littleEndian) { file.append(contentsOf: $0) }
    }
    for half in [1, 24] as [UInt16] { withUnsafeBytes(of: half.littleEndian) { file.append(contentsOf: $0) } }
    return file + Data(repeating: 0, count: 24) + bytes
  }

  /// Returns a picture of one pixel.
  static func pixel(_ colour: [UInt8]) -> Data { file(width: 1, height: 1, bytes: colour + [0]) }
}
