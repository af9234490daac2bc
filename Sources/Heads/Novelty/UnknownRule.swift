/// A rule for unknown pictures: u = 10 p − D² / σ of a `NoveltyScore` is below a threshold.
///
/// No unknown pictures are at hand in training, so the threshold cannot bound how many of them pass for a class. It bounds
/// the other error: it is the quantile of u over the training pictures, each left out, at a given rate, so that about this
/// share of pictures of the taught classes is called unknown.
public struct UnknownRule: Sendable, Hashable, Codable {
  /// The share of pictures of the taught classes that the rule calls unknown, estimated on the training pictures.
  public let rate: Double
  /// The least u of a picture that is not unknown.
  public let threshold: Float

  package init(rate: Double, threshold: Float) {
    self.rate = rate
    self.threshold = threshold
  }

  /// The default rate: one in twenty.
  public static let usualRate = 0.05
}

/// The quantiles of numbers, with linear interpolation between neighbours.
package struct Quantiles {
  private let sorted: [Double]

  /// Sorts the numbers.
  package init(_ values: [Double]) { sorted = values.sorted() }

  /// The number below which a share of the numbers lies; 0 where there are no numbers.
  package subscript(share: Double) -> Double {
    guard let last = sorted.indices.last, share.isFinite else { return 0 }
    let place = min(max(share, 0), 1) * Double(last)
    let lower = Int(place)
    let upper = min(lower + 1, last)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
