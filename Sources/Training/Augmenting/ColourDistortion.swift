import Heads

/// How much the colours of pictures are changed in training, at random.
///
/// Brightness adds a number to all channels; contrast multiplies the differences from each channel's mean; saturation
/// multiplies that of HSV; hue turns that of HSV. They follow one another in one of four orders, drawn at random, those of
/// TF-Slim's Inception preprocessing (`distort_color`); unlike there, colours are kept within what can be shown after each.
public struct ColourDistortion: Sendable, Hashable, Codable {
  /// The most that is added or taken away, where white is 1.
  public var brightness: Double
  /// Factors are drawn from 1 - `contrast` ... 1 + `contrast`.
  public var contrast: Double
  /// Factors are drawn from 1 - `saturation` ... 1 + `saturation`.
  public var saturation: Double
  /// The most that the hue is turned, as a share of the full circle.
  public var hue: Double

  /// All of them.
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

  /// So many times what TF-Slim's Inception preprocessing does: brightness by 32/255, contrast and saturation by 0.5, hue
  /// by 0.2.
  ///
  /// - Parameter strength: Within 0...2.
  public init(strength: Double = 1) {
    self.init(
      brightness: 32 / 255 * strength, contrast: 0.5 * strength, saturation: 0.5 * strength, hue: 0.2 * strength)
  }

  /// Draws changes, in the order in which they are made.
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

  /// - Throws: ``RandomAugmentationError``.
  func check() throws(RandomAugmentationError) {
    for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
      guard (0...1).contains(value) else { throw .badColours(name, value, most: 1) }
    }
    guard (0...0.5).contains(hue) else { throw .badColours("hue", hue, most: 0.5) }
  }
}
