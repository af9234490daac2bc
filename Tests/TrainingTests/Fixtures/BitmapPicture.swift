/// A small BMP file with 24 bits per pixel, which needs no library to read.
enum BitmapPicture {
  static func bytes(width: Int, height: Int, colour: (_ x: Int, _ y: Int) -> [Int]) -> [UInt8] {
    let line = (3 * width + 3) / 4 * 4
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var file = Array("BM".utf8) + little(54 + line * height, 4) + little(0, 4) + little(54, 4)
    file += little(40, 4) + little(width, 4) + little(height, 4) + little(1, 2) + little(24, 2) + little(0, 24)
    for y in (0..<height).reversed() {
      let row = (0..<width).flatMap { x in colour(x, y).reversed().map { UInt8(clamping: $0) } }
      file += row + [UInt8](repeating: 0, count: line - row.count)
    }
    return file
  }

  /// Returns a picture of one grey.
  static func plain(_ value: Int, side: Int = 4) -> [UInt8] {
    bytes(width: side, height: side) { _, _ in [value, value, value] }
  }
}
