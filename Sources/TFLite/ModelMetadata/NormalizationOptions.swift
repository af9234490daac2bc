/// (x − mean) / std, channel by channel; a single number is that of all channels.
public struct NormalizationOptions: Sendable, Hashable {
  /// What is subtracted.
  public var mean: [Float]
  /// What the difference is divided by.
  public var std: [Float]

  /// A normalisation by means and deviations.
  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }
}
