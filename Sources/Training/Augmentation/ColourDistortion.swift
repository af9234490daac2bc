import Heads

/// The random distortion of colours in training.
///
/// Brightness adds a number to all channels; contrast multiplies the differences from each channel's mean; saturation and
/// hue change the saturation and hue of HSV. They are applied in one of the four orders of TF-Slim's Inception preprocessing
/// (`distort_color`), drawn at random. Unlike in TF-Slim, colours are clamped to the valid range after each change.
public struct ColourDistortion: Sendable, Hashable, Codable {
  /// The largest number that is added or subtracted; white is 1.
  public var brightness: Double
  /// Factors are drawn from 1 - `contrast` ... 1 + `contrast`.
  public var contrast: Double
  /// Factors are drawn from 1 - `saturation` ... 1 + `saturation`.
  public var saturation: Double
  /// The maximum rotation of the hue, as a fraction of the full circle.
  public var hue: Double

  /// Creates a distortion.
  ///
  /// - Parameters:
  ///   - brightness: Within 0...1.
  ///   - contrast: Within 0...1.
  ///   - saturation: Within 0...1.
  ///   - hue: Within 0...0.5.
  public init(brightness: Double, contrast: Double, saturation: Double, hue: Double) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// Creates a multiple of the distortion of TF-Slim's Inception preprocessing: brightness 32/255, contrast and saturation
  /// 0.5, hue 0.2.
  ///
  /// - Parameter strength: Within 0...2.
  public init(strength: Double = 1) {
    self.init(
      brightness: 32 / 255 * strength, contrast: 0.5 * strength, saturation: 0.5 * strength, hue: 0.2 * strength)
  }

  /// Draws changes, in the order in which they are applied.
  func draw(using generator: inout SplitMix64) -> [ColourChange] {
    let draw = { (most: Double, generator: inout SplitMix64) in
      Float(Double.random(in: -most...most, using: &generator))
    }
    let brightness = ColourChange.brightness(draw(brightness, &generator))
    let contrast = ColourChange.contrast(1 + draw(contrast, &generator))
    let saturation = ColourChange.saturation(1 + draw(saturation, &generator))
    let hue = ColourChange.hue(draw(hue, &generator))
    return switch Int.random(in: 0..<4, using: &generator) {
    case 0: [brightness, saturation, hue, contrast]
    case 1: [saturation, brightness, contrast, hue]
    case 2: [contrast, hue, brightness, saturation]
    default: [hue, saturation, contrast, brightness]
    }
  }

  /// Throws ``RandomAugmentationError`` if a setting is out of range.
  func check() throws(RandomAugmentationError) {
    for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
      guard (0...1).contains(value) else { throw .badColours(name, value, most: 1) }
    }
    guard (0...0.5).contains(hue) else { throw .badColours("hue", hue, most: 0.5) }
  }
}

/// One change of a picture's colours.
enum ColourChange: Sendable, Hashable {
  /// Adds a number to all channels; white is 1.
  case brightness(Float)
  /// Multiplies the differences from each channel's mean by a factor.
  case contrast(Float)
  /// Multiplies the saturation in HSV.
  case saturation(Float)
  /// Rotates the hue in HSV by a fraction of the full circle, at most one half.
  case hue(Float)

  /// The form of a change that is applied to each pixel.
  private enum Step {
    case linear(factor: Float, shifts: (Float, Float, Float))
    case saturation(Float)
    case hue(Float)
  }

  /// Applies changes one after the other and rounds once at the end; colours are clamped to 0...255 after each change.
  ///
  /// - Parameter bytes: RGB pixels of three bytes each.
  static func apply(_ changes: [ColourChange], in bytes: UnsafeMutableRawBufferPointer) {
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

  /// Returns the channels' means after the given steps.
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

  /// Applies steps to eight pixels at a time.
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
