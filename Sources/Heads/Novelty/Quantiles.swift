/// The quantiles of numbers, between neighbours in proportion.
package struct Quantiles {
  private let sorted: [Double]

  /// - Parameter values: At least one number.
  package init(_ values: [Double]) { sorted = values.sorted() }

  /// The number below which a share of them lie; 0 where there is none.
  package subscript(share: Double) -> Double {
    guard let last = sorted.indices.last, share.isFinite else { return 0 }
    let place = min(max(share, 0), 1) * Double(last)
    let lower = Int(place)
    let upper = min(lower + 1, last)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
