#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The rule for unknown pictures: a picture is unknown if u = 10 p − D² / σ of its `NoveltyScore` is below a threshold.
///
/// Training has no unknown pictures, so the threshold cannot limit how many of them get the name of a class. It limits the
/// other error: about a given share of further pictures of the taught classes is below it. It follows from the leave-one-out
/// u of the training pictures, and the fewer these are, the lower it is and the less certain that share: see ``interval``.
///
/// A picture whose best class is one of ``smallClasses`` is never unknown.
public struct UnknownRule: Sendable, Hashable, Codable {
  /// The share of pictures of the taught classes that the rule calls unknown, estimated on the training pictures.
  public let rate: Double
  /// The least u of a picture that the rule does not call unknown.
  public let threshold: Float
  /// The number of training pictures from which the threshold follows; a thousand stands for any greater number.
  public let pictures: Int
  /// The classes taught from one or two pictures, for which there is no honest threshold.
  public let smallClasses: [Int]

  package init(rate: Double, threshold: Float, pictures: Int, smallClasses: [Int] = []) {
    self.rate = rate
    self.threshold = threshold
    self.pictures = pictures
    self.smallClasses = smallClasses
  }

  /// The 95 % interval of the share of pictures of the taught classes that are called unknown.
  public var interval: ClosedRange<Double> { WilsonInterval.interval(share: rate, count: Double(pictures)) }

  /// Returns whether a picture is unknown. A picture whose u is not a number (NaN) is.
  ///
  /// - Parameters:
  ///   - score: u.
  ///   - best: The class with the highest score, if any.
  public func isUnknown(_ score: Float, best: Int?) -> Bool {
    guard !(score >= threshold) else { return false }
    guard let best, !smallClasses.isEmpty else { return true }
    return !smallClasses.contains(best)
  }

  /// The default rate: one in twenty.
  public static let usualRate = 0.05
}

/// The quantiles of numbers.
package struct Quantiles {
  private let sorted: [Double]

  /// Sorts the numbers.
  package init(_ values: [Double]) { sorted = values.sorted() }

  /// The number below which a share of the numbers is, with linear interpolation between neighbours; 0 without numbers.
  package subscript(share: Double) -> Double {
    guard let last = sorted.indices.last, share.isFinite else { return 0 }
    return interpolated(at: min(max(share, 0), 1) * Double(last))
  }

  /// Returns the number below which one more number of the same kind is with a given probability, averaged over draws of the
  /// numbers: the k-th smallest of n numbers has the probability k / (n + 1). For a lower probability the least number is
  /// extended by an exponential tail: by s ln(1 / ((n + 1) share)), where s is the standard deviation of the numbers.
  ///
  /// - Parameter share: The probability; below 1/1000 it counts as 1/1000.
  package func bound(share: Double) -> Double {
    guard let last = sorted.indices.last, share.isFinite else { return 0 }
    let count = Double(sorted.count)
    let place = min(max(share, 1e-3), 1) * (count + 1) - 1
    guard place < 0 else { return interpolated(at: min(place, Double(last))) }
    let mean = sorted.reduce(0, +) / count
    let square = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return sorted[0] + square.squareRoot() * log(place + 1)
  }

  private func interpolated(at place: Double) -> Double {
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
