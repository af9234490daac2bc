/// The colours of eight pixels by channel, each within 0...255.
struct PixelBlock {
  typealias Lanes = SIMD8<Float>

  private(set) var red = Lanes.zero
  private(set) var green = Lanes.zero
  private(set) var blue = Lanes.zero

  /// Reads up to eight pixels; the remaining ones are black.
  @inline(__always)
  init(_ pixels: UnsafePointer<UInt8>, count: Int) {
    for lane in 0..<count {
      red[lane] = Float(pixels[3 * lane])
      green[lane] = Float(pixels[3 * lane + 1])
      blue[lane] = Float(pixels[3 * lane + 2])
    }
  }

  /// Writes the first pixels, rounded to integers.
  @inline(__always)
  func write(to pixels: UnsafeMutablePointer<UInt8>, count: Int) {
    let (red, green, blue) = (Self.rounded(red), Self.rounded(green), Self.rounded(blue))
    for lane in 0..<count {
      pixels[3 * lane] = UInt8(truncatingIfNeeded: red[lane])
      pixels[3 * lane + 1] = UInt8(truncatingIfNeeded: green[lane])
      pixels[3 * lane + 2] = UInt8(truncatingIfNeeded: blue[lane])
    }
  }

  /// Multiplies each channel by a factor and adds a number.
  @inline(__always)
  mutating func scale(by factor: Float, adding shifts: (Float, Float, Float)) {
    red = Self.clamped(red * factor + shifts.0)
    green = Self.clamped(green * factor + shifts.1)
    blue = Self.clamped(blue * factor + shifts.2)
  }

  /// Multiplies the saturation in HSV by a factor, up to full saturation.
  ///
  /// With the largest channel v and the smallest m, the saturation is (v - m) / v. The largest channel does not change; the
  /// distances of the other channels from it are multiplied, up to v.
  @inline(__always)
  mutating func saturate(by factor: Float) {
    let largest = largest
    let full = largest / Self.max(largest - smallest, Self.tiny)
    let factors = Self.min(Lanes(repeating: factor), full)
    red = largest - (largest - red) * factors
    green = largest - (largest - green) * factors
    blue = largest - (largest - blue) * factors
  }

  /// Rotates the hue in HSV.
  ///
  /// The hue h is in turns: 0 is red, 1/3 green, 2/3 blue. With the largest channel v and the range c of the three, the
  /// channel of hue n is v - c · clamp(6 d - 1, 0, 1), where d is the circular distance between h and n.
  @inline(__always)
  mutating func turnHue(by turn: Float) {
    let largest = largest
    let range = largest - smallest
    let sixth = 1 / (6 * Self.max(range, Self.tiny))
    var hue = (red - green) * sixth + 2 / 3
    hue.replace(with: (blue - red) * sixth + 1 / 3, where: green .== largest)
    hue.replace(with: (green - blue) * sixth, where: red .== largest)
    hue += turn
    red = Self.channel(hue, largest, range)
    green = Self.channel(hue - 1 / 3, largest, range)
    blue = Self.channel(hue - 2 / 3, largest, range)
  }

  // Far less than one step of a colour; avoids a division by zero for grey.
  private static let tiny = Lanes(repeating: 1e-6)

  private var largest: Lanes { Self.max(red, Self.max(green, blue)) }

  private var smallest: Lanes { Self.min(red, Self.min(green, blue)) }

  /// Returns a channel of the rotated colour.
  ///
  /// - Parameter distance: The distance from the channel's hue to the pixel's, in turns.
  @inline(__always)
  private static func channel(_ distance: Lanes, _ largest: Lanes, _ range: Lanes) -> Lanes {
    // Adding 1.5 · 2^23 rounds a number to an integer.
    let rest = distance - ((distance + 12_582_912) - 12_582_912)
    return largest - range * min(max(6 * max(rest, -rest) - 1, .zero), .one)
  }

  @inline(__always)
  private static func clamped(_ lanes: Lanes) -> Lanes { min(max(lanes, .zero), Lanes(repeating: 255)) }

  @inline(__always)
  private static func max(_ one: Lanes, _ other: Lanes) -> Lanes { one.replacing(with: other, where: other .> one) }

  @inline(__always)
  private static func min(_ one: Lanes, _ other: Lanes) -> Lanes { one.replacing(with: other, where: other .< one) }

  // Adding 2^23 rounds a number to an integer, which is then in the lowest bits.
  @inline(__always)
  private static func rounded(_ lanes: Lanes) -> SIMD8<UInt32> {
    unsafeBitCast(lanes + 8_388_608, to: SIMD8<UInt32>.self)
  }
}
