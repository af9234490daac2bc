/// The conversion of 8-bit RGB pixels to sRGB by the curves and primaries of a colour profile.
///
/// A byte stands for light by its channel's curve; the light of the three channels is weighted to the light of sRGB's
/// channels, cut to 0...1, and encoded. libvips, which converts the pictures of other formats, gives the same bytes within 1,
/// and takes ten times as long.
struct ColourConversion {
  // The light of each byte: 256 entries for each channel.
  private let light: [Float]
  // The shares of red, green and blue in sRGB's red, green and blue.
  private let shares: [Float]

  /// Makes a conversion.
  ///
  /// - Parameters:
  ///   - primaries: The X, Y and Z of red, green and blue, adapted to the white D50.
  ///   - curves: The curves of red, green and blue.
  init(primaries: [[Double]], curves: [ToneCurve]) {
    light = curves.flatMap { curve in
      (0..<256).map { byte in
        let light = curve.light(Double(byte) / 255)
        return light > 0 ? Float(min(light, 1)) : 0
      }
    }
    shares = Self.fromXYZ.flatMap { row in
      primaries.map { primary in Float(zip(row, primary).reduce(0) { $0 + $1.0 * $1.1 }) }
    }
  }

  // From X, Y and Z at the white D50 to the light of sRGB: the inverse of the primaries in its profile.
  private static let fromXYZ = [
    [3.134096, -1.617400, -0.490638], [-0.978793, 1.916295, 0.033454], [0.071971, -0.228987, 1.405380],
  ]

  // Fine enough for the dark colours, where a byte of sRGB stands for a 3300th of the light.
  private static let steps = 16384
  private static let encoded: [UInt8] = (0...steps).map { step in
    UInt8(clamping: Int((255 * ToneCurve.encoded(Double(step) / Double(steps))).rounded()))
  }

  /// Converts pixels in place.
  func apply(to pixels: UnsafeMutableRawPointer, count: Int) {
    let pixels = pixels.assumingMemoryBound(to: UInt8.self)
    let scale = Float(Self.steps)
    Self.encoded.withUnsafeBufferPointer { encoded in
      light.withUnsafeBufferPointer { light in
        shares.withUnsafeBufferPointer { shares in
          let (toRed, toGreen, toBlue) = (
            (shares[0], shares[1], shares[2]), (shares[3], shares[4], shares[5]), (shares[6], shares[7], shares[8])
          )
          func byte(_ share: (Float, Float, Float), _ red: Float, _ green: Float, _ blue: Float) -> UInt8 {
            let light = share.0 * red + share.1 * green + share.2 * blue
            // A share that is no number gives 0.
            return encoded[Int(light > 0 ? min(light, 1) * scale + 0.5 : 0)]
          }
          for start in stride(from: 0, to: 3 * count, by: 3) {
            let red = light[Int(pixels[start])]
            let green = light[256 + Int(pixels[start + 1])]
            let blue = light[512 + Int(pixels[start + 2])]
            pixels[start] = byte(toRed, red, green, blue)
            pixels[start + 1] = byte(toGreen, red, green, blue)
            pixels[start + 2] = byte(toBlue, red, green, blue)
          }
        }
      }
    }
  }
}
