import Pictures

/// The pixels of the fixtures, as formulas.
enum Reference {
  static let width = 16
  static let height = 12

  static func colour(_ x: Int, _ y: Int) -> [Int] { [x * 17, y * 23, (x + y) % 2 * 60 + 195 - x * 10] }

  static func grey(_ x: Int, _ y: Int) -> Int { x * 16 + y }

  static func alpha(_ x: Int, _ y: Int) -> Int { (x / 4 + y / 4) % 2 == 0 ? 255 : x < 8 ? 0 : 128 }

  /// Makes a tensor from the colours of its pixels.
  static func tensor(
    width: Int = width, height: Int = height, _ colour: (_ x: Int, _ y: Int) -> [Int]
  ) -> PixelTensor? {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width { pixels += colour(x, y).map { UInt8(clamping: $0) } }
    }
    return PixelTensor(width: width, height: height, pixels: pixels)
  }

  static let colours = tensor(colour)

  static let greys = tensor { x, y in [grey(x, y), grey(x, y), grey(x, y)] }

  static func overWhite(_ value: Int, _ alpha: Int) -> Int {
    Int((Double(value * alpha + 255 * (255 - alpha)) / 255).rounded())
  }
}

extension PixelTensor {
  /// Returns the colour of a pixel.
  func colour(_ x: Int, _ y: Int) -> [Int] { (0..<3).map { Int(pixels[(y * width + x) * 3 + $0]) } }

  /// Returns the greatest absolute difference from another tensor; `nil` if that is `nil` or its size differs.
  func difference(from other: PixelTensor?) -> Int? {
    guard let other, other.width == width, other.height == height else { return nil }
    return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max()
  }

  /// Returns the mean absolute difference from another tensor; `nil` if that is `nil` or its size differs.
  func meanDifference(from other: PixelTensor?) -> Double? {
    guard let other, other.width == width, other.height == height else { return nil }
    return Double(zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.reduce(0, +)) / Double(pixels.count)
  }
}
