/// By what a picture is called unknown: u = 10 p − D² / σ of ``NoveltyScore`` is below a threshold.
///
/// No picture of the unknown is at hand in training, so the threshold cannot hold down how many of them pass for a class.
/// What it holds is the other error: it is the quantile of u over the training pictures, each left out, at a stated rate,
/// and so about that share of pictures of the taught classes is called unknown.
public struct UnknownRule: Sendable, Hashable, Codable {
  /// The share of pictures of the taught classes that are called unknown, by the training pictures.
  public let rate: Double
  /// The least u that is familiar.
  public let threshold: Float

  /// A rule.
  package init(rate: Double, threshold: Float) {
    self.rate = rate
    self.threshold = threshold
  }

  /// The rate where none is asked for: one in twenty.
  public static let usualRate = 0.05
}
