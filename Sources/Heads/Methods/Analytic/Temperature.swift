#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

import LinearAlgebra

/// The factor on scores that makes their softmax a probability.
struct Temperature: Sendable {
  /// t.
  let factor: Double
  /// The mean of −log softmax(t s) of the pictures' classes.
  let surprise: Double

  /// A temperature that fits where the gap between a picture's own score and the others' is all that is known: 12.5 / gap
  /// was so of 4 to 17 classes of two networks.
  static func expected(gap: Double) -> Double { gap > 0 ? min(12.5 / gap, 1000) : 1 }

  /// t = argmin P · surprise(t) + (C / 2) ln²(t / expected): what the pictures say, and, of few, what is to be expected.
  ///
  /// - Parameters:
  ///   - scores: A row a picture.
  ///   - labels: The pictures' classes.
  ///   - pictures: P, for how many pictures these stand.
  ///   - expected: What is to be expected.
  /// - Complexity: O(n C), some ten times.
  init(scores: Matrix, labels: [Int], pictures: Int, expected: Double) {
    let prior = Double(scores.columns)
    let known = Double(pictures)
    let start = log(expected)
    var (low, high) = (start - 6, start + 6)
    var place = start
    var surprise = 0.0
    // Newton's steps on ln t, halving the interval where they leave it.
    for _ in 0..<40 {
      let factor = exp(place)
      let (value, slope, curve) = Self.surprise(scores: scores, labels: labels, factor: factor)
      surprise = value
      let gradient = known * factor * slope + prior * (place - start)
      let curvature = known * (factor * slope + factor * factor * curve) + prior
      if gradient > 0 { high = place } else { low = place }
      var next = place - gradient / curvature
      if !(curvature > 0) || !(next > low && next < high) { next = (low + high) / 2 }
      if abs(next - place) < 1e-7 { break }
      place = next
    }
    factor = exp(place)
    self.surprise = surprise
  }

  /// The mean surprise and its first two derivatives by t.
  private static func surprise(
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
