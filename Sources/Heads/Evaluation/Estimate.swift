/// A mean of repeated measurements with its 95 % confidence interval.
///
/// The interval is mean ± t · s / √n, where s is the standard deviation of the measurements (n − 1 in the denominator) and
/// t the 97.5 % quantile of Student's distribution with n − 1 degrees of freedom.
public struct Estimate: Sendable, Hashable, Codable {
  /// The mean of the measurements.
  public let mean: Double
  /// Half the interval's width, or nil for a single measurement.
  public let margin: Double?
  /// n, the number of measurements.
  public let count: Int

  /// Computes the estimate of measurements; returns nil where there are none.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    let size = Double(values.count)
    let mean = values.reduce(0, +) / size
    self.mean = mean
    if values.count == 1 {
      margin = nil
    } else {
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      margin = Self.studentPoint(freedom: values.count - 1) * (square / (size - 1) / size).squareRoot()
    }
  }

  /// s / √n, or nil for a single measurement.
  public var standardError: Double? { margin.map { $0 / Self.studentPoint(freedom: count - 1) } }

  /// Returns the 97.5 % quantile of Student's distribution: from a table up to ten degrees of freedom, and beyond by the
  /// expansion about the normal quantile, whose error is below 0.0001 there.
  static func studentPoint(freedom: Int) -> Double {
    let table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281]
    if table.indices.contains(freedom - 1) { return table[freedom - 1] }
    let z = 1.959964
    let (z2, n) = (z * z, Double(max(freedom, 1)))
    let first = z * (z2 + 1) / 4
    let second = z * ((5 * z2 + 16) * z2 + 3) / 96
    let third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384
    return z + (first + (second + third / n) / n) / n
  }
}

extension Estimate: CustomStringConvertible {
  /// The mean and the margin, such as `0.873 ± 0.005`.
  public var description: String {
    Decimals.string(mean, places: 3) + (margin.map { " ± " + Decimals.string($0, places: 3) } ?? "")
  }
}

/// The Wilson score interval of a proportion.
///
/// Wilson, "Probable inference, the law of succession, and statistical inference" (JASA 22, 1927).
package enum WilsonInterval {
  // The 97.5 % quantile of the normal distribution.
  private static let z = 1.959964

  /// Returns the 95 % interval, which is within 0 ... 1; without trials it is 0 ... 1.
  ///
  /// - Parameters:
  ///   - share: The share of successes, 0 ... 1.
  ///   - count: The number of trials, or the effective number where trials have weights.
  package static func interval(share: Double, count: Double) -> ClosedRange<Double> {
    guard count > 0, share.isFinite else { return 0...1 }
    let square = z * z / count
    let centre = (share + square / 2) / (1 + square)
    let margin = (share * (1 - share) * square + square * square / 4).squareRoot() / (1 + square)
    // With a share of 0 or 1, rounding must not exclude it from the interval.
    let lower = share <= 0 ? 0 : max(0, centre - margin)
    let upper = share >= 1 ? 1 : min(1, centre + margin)
    return lower...max(lower, upper)
  }
}

/// Numbers as text with a fixed number of decimal places, as C's `%f` writes them.
package enum Decimals {
  /// Returns a number rounded to a number of decimal places; `inf`, `-inf` or `nan` where it is not finite.
  package static func string(_ value: Double, places: Int) -> String {
    let places = min(max(places, 0), 9)
    let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
    guard value.isFinite, let scaled = Int64(exactly: (abs(value) * factor).rounded()) else { return "\(value)" }
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return sign + (places == 0 ? padded : padded.dropLast(places) + "." + padded.suffix(places))
  }
}
