/// A change of a picture's colours.
enum ColourChange: Sendable, Hashable {
  /// Adds a number to all channels, where white is 1.
  case brightness(Float)
  /// Multiplies the differences from each channel's mean.
  case contrast(Float)
  /// Multiplies the saturation of HSV.
  case saturation(Float)
  /// Turns the hue of HSV by a share of the full circle, at most a half.
  case hue(Float)

  /// A change as it is made to each pixel.
  private enum Step {
    case linear(factor: Float, shifts: (Float, Float, Float))
    case saturation(Float)
    case hue(Float)
  }

  /// Makes changes, one after the other, rounding once at the end; colours are kept within 0...255 after each.
  ///
  /// - Parameter bytes: RGB pixels, three bytes each.
  static func make(_ changes: [ColourChange], in bytes: UnsafeMutableRawBufferPointer) {
    guard !changes.isEmpty, let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    let count = bytes.count / 3
    var steps: [Step] = []
    for change in changes {
      switch change {
      case .brightness(let delta): steps.append(.linear(factor: 1, shifts: (255 * delta, 255 * delta, 255 * delta)))
      case .contrast(let factor):
        let means = means(start, count, after: steps)
        let rest = 1 - factor
        steps.append(.linear(factor: factor, shifts: (rest * means.0, rest * means.1, rest * means.2)))
      case .saturation(let factor): steps.append(.saturation(factor))
      case .hue(let turn): steps.append(.hue(turn))
      }
    }
    forEachBlock(start, count, after: steps) { block, pixels, count in block.write(to: pixels, count: count) }
  }

  /// The channels' means once some steps were made.
  private static func means(
    _ start: UnsafeMutablePointer<UInt8>, _ count: Int, after steps: [Step]
  ) -> (Float, Float, Float) {
    var sums = (red: 0.0, green: 0.0, blue: 0.0)
    forEachBlock(start, count, after: steps) { block, _, count in
      for lane in 0..<count {
        sums.red += Double(block.red[lane])
        sums.green += Double(block.green[lane])
        sums.blue += Double(block.blue[lane])
      }
    }
    let pixels = Double(count)
    return (Float(sums.red / pixels), Float(sums.green / pixels), Float(sums.blue / pixels))
  }

  /// Makes steps to eight pixels at a time.
  @inline(__always)
  private static func forEachBlock(
    _ start: UnsafeMutablePointer<UInt8>, _ count: Int, after steps: [Step],
    _ body: (_ block: PixelBlock, _ pixels: UnsafeMutablePointer<UInt8>, _ count: Int) -> Void
  ) {
    var first = 0
    while count - first >= 8 {
      let pixels = start + 3 * first
      body(change(PixelBlock(pixels, count: 8), steps), pixels, 8)
      first += 8
    }
    if first < count {
      let pixels = start + 3 * first
      body(change(PixelBlock(pixels, count: count - first), steps), pixels, count - first)
    }
  }

  @inline(__always)
  private static func change(_ block: PixelBlock, _ steps: [Step]) -> PixelBlock {
    var block = block
    for step in steps {
      switch step {
      case .linear(let factor, let shifts): block.scale(by: factor, adding: shifts)
      case .saturation(let factor): block.saturate(by: factor)
      case .hue(let turn): block.turnHue(by: turn)
      }
    }
    return block
  }
}
