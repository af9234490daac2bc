/// Scores below a threshold are left out.
public struct ScoreThresholdingOptions: Sendable, Hashable {
  /// The least score that counts.
  public var threshold: Float

  /// A threshold.
  public init(threshold: Float) { self.threshold = threshold }
}
