import LinearAlgebra

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The factor t of the scores s for which softmax(t s) is calibrated.
struct Temperature: Sendable {
  /// t.
  let factor: Double
  /// The mean of −log softmax(t s) of the pictures' classes.
  let loss: Double

  /// Returns the expected temperature for a gap between the score of a picture's own class and those of the other classes:
  /// 12.5 / gap, as measured with two networks on 4 to 17 classes.
  static func expected(gap: Double) -> Double { gap > 0 ? min(12.5 / gap, 1000) : 1 }

  /// Finds t = argmin P · loss(t) + (C / 2) ln²(t / expected): the maximum of the likelihood with a log-normal prior.
  ///
  /// - Parameters:
  ///   - scores: One row for each picture.
  ///   - labels: The pictures' classes.
  ///   - pictures: P, the number of pictures that the rows stand for.
  ///   - expected: The mode of the prior.
  /// - Complexity: O(n C) for each of about ten iterations.
  init(scores: Matrix, labels: [Int], pictures: Int, expected: Double) {
    let prior = Double(scores.columns)
    let known = Double(pictures)
    let start = log(expected)
    var (low, high) = (start - 6, start + 6)
    var place = start
    var loss = 0.0
    // Newton's method on ln t, with bisection where a step leaves the interval.
    for _ in 0..<40 {
      let factor = exp(place)
      let (value, slope, curve) = Self.loss(scores: scores, labels: labels, factor: factor)
      loss = value
      let gradient = known * factor * slope + prior * (place - start)
      let curvature = known * (factor * slope + factor * factor * curve) + prior
      if gradient > 0 { high = place } else { low = place }
      var next = place - gradient / curvature
      if !(curvature > 0) || !(next > low && next < high) { next = (low + high) / 2 }
      if abs(next - place) < 1e-7 { break }
      place = next
    }
    factor = exp(place)
    self.loss = loss
  }

  /// Returns the mean loss and its first two derivatives in t.
  private static func loss(
    scores: Matrix, labels: [Int], factor: Double
  ) -> (value: Double, slope: Double, curve: Double) {
    let classes = scores.columns
    var all = (value: 0.0, slope: 0.0, curve: 0.0)
    scores.elements.withUnsafeBufferPointer { scores in
      for (row, label) in labels.enumerated() {
        let first = row * classes
        var greatest = -Double.infinity
        for place in first..<first + classes { greatest = max(greatest, scores[place]) }
        var (sum, mean, square) = (0.0, 0.0, 0.0)
        for place in first..<first + classes {
          let less = scores[place] - greatest
          let share = exp(factor * less)
          sum += share
          mean += share * less
          square += share * less * less
        }
        mean /= sum
        let own = scores[first + label] - greatest
        all.value += log(sum) - factor * own
        all.slope += mean - own
        all.curve += square / sum - mean * mean
      }
    }
    let count = Double(max(1, labels.count))
    return (all.value / count, all.slope / count, all.curve / count)
  }
}
