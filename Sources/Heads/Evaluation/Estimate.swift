/// A mean with its 95 % interval, from repeated measurements of the same thing.
///
/// The interval is mean ± t · s / √n, with s the standard deviation of the measurements (n − 1 in the denominator) and
/// t the 97.5 % point of Student's distribution with n − 1 degrees of freedom.
public struct Estimate: Sendable, Hashable, Codable {
  /// The mean of the measurements.
  public let mean: Double
  /// Half the interval's width, or nil of a single measurement, of which nothing is known.
  public let margin: Double?
  /// n, the number of measurements.
  public let count: Int

  /// The estimate from some measurements, or nil where there are none.
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

  /// s / √n, or nil of a single measurement.
  public var standardError: Double? { margin.map { $0 / Self.studentPoint(freedom: count - 1) } }

  /// The 97.5 % point of Student's distribution: tabled up to ten degrees of freedom, and beyond by the expansion about
  /// the normal point, which is right to 0.0001 there.
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
  /// As in `0.873 ± 0.005`.
  public var description: String {
    Decimals.string(mean, places: 3) + (margin.map { " ± " + Decimals.string($0, places: 3) } ?? "")
  }
}
