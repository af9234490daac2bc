/// A BMP file to write for a test.
struct BitmapFile {
  var width: Int
  var height: Int
  var bits: Int
  var compression = 0
  var isTopDown = false
  var palette: [[Int]] = []
  var masks: [UInt32] = []
  /// 12 for OS/2, 40 for Windows, 108 for a header that contains masks.
  var headerLength = 40
  /// Returns the value of a pixel, of `bits` bits.
  var pixel: (_ x: Int, _ y: Int) -> Int

  /// Creates a picture with 24 bits for each pixel.
  init(width: Int, height: Int, colour: @escaping (_ x: Int, _ y: Int) -> [Int]) {
    self.init(width: width, height: height, bits: 24) { x, y in
      let colour = colour(x, y)
      return colour[0] << 16 | colour[1] << 8 | colour[2]
    }
  }

  init(width: Int, height: Int, bits: Int, pixel: @escaping (_ x: Int, _ y: Int) -> Int) {
    self.width = width
    self.height = height
    self.bits = bits
    self.pixel = pixel
  }

  var bytes: [UInt8] {
    let colours = palette.flatMap { colour -> [UInt8] in
      let bytes = colour.reversed().map { UInt8($0) }
      return headerLength == 12 ? bytes : bytes + [0]
    }
    let trailingMasks = headerLength == 40 ? masks : []
    let start = 14 + headerLength + trailingMasks.count * 4 + colours.count
    var file = Array("BM".utf8) + little(0, 4) + little(0, 4) + little(start, 4) + little(headerLength, 4)
    if headerLength == 12 {
      file += little(width, 2) + little(height, 2) + little(1, 2) + little(bits, 2)
    } else {
      file += little(width, 4) + little(isTopDown ? -height : height, 4) + little(1, 2) + little(bits, 2)
      file +=
        little(compression, 4) + little(0, 4) + little(0, 4) + little(0, 4) + little(palette.count, 4) + little(0, 4)
      file += (headerLength > 40 ? masks : trailingMasks).flatMap { little(Int($0), 4) }
      file += [UInt8](repeating: 0, count: max(0, start - colours.count - file.count))
    }
    file += colours
    for row in 0..<height { file += line(isTopDown ? row : height - 1 - row) }
    return file
  }

  private func line(_ y: Int) -> [UInt8] {
    var line: [UInt8] = []
    if bits < 8 {
      for x in stride(from: 0, to: width, by: 8 / bits) {
        line.append((0..<8 / bits).reduce(0) { $0 << UInt8(bits) | UInt8(x + $1 < width ? pixel(x + $1, y) : 0) })
      }
    } else {
      for x in 0..<width { line += little(pixel(x, y), bits / 8) }
    }
    return line + [UInt8](repeating: 0, count: (4 - line.count % 4) % 4)
  }

  private func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
