/// The rule for unknown pictures: a picture is unknown if u = 10 p − D² / σ of its `NoveltyScore` is below a threshold.
///
/// Training has no unknown pictures, so the threshold cannot limit how many of them get the name of a class. It limits the
/// other error: it is the quantile of the leave-one-out u of the training pictures at a given rate, so that the rule calls
/// about this share of the pictures of the taught classes unknown.
public struct UnknownRule: Sendable, Hashable, Codable {
  /// The share of pictures of the taught classes that the rule calls unknown, estimated on the training pictures.
  public let rate: Double
  /// The least u of a picture that the rule does not call unknown.
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

  /// The number below which a share of the numbers is; 0 without numbers.
  package subscript(share: Double) -> Double {
    guard let last = sorted.indices.last, share.isFinite else { return 0 }
    let place = min(max(share, 0), 1) * Double(last)
    let lower = Int(place)
    let upper = min(lower + 1, last)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
