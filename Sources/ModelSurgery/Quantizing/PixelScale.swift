import TFLite

/// How a picture's bytes stand for the numbers that a float model takes: (byte − mean) / deviation.
public struct PixelScale: Sendable, Hashable {
  /// What is subtracted, and what that is divided by; for bytes from 0 to 255.
  public let mean, deviation: Float

  /// A scale; the parameters are the properties of the same names.
  public init(mean: Float, deviation: Float) {
    self.mean = mean
    self.deviation = deviation
  }

  /// From −1 to 1, what float models are given here unless they say otherwise.
  public static let signedUnit = PixelScale(mean: 127.5, deviation: 127.5)

  /// The scale that a model's metadata asks for, or nil where it asks for none that can be read, or for several.
  init?(ofMetadataIn model: Model) {
    guard let normalization = try? model.pictureNormalization, Set(normalization.mean).count == 1,
      Set(normalization.deviation).count == 1
    else { return nil }
    let (mean, deviation) = normalization.channel(0)
    self.init(mean: mean, deviation: deviation)
  }
}
