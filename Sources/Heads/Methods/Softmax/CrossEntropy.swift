import LinearAlgebra

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The cross-entropy loss of a linear head on labelled rows, with its gradient:
///
///     Σ a −log softmax(s W z + b)[label]  +  l / 2 ‖W − W⁰‖²
///
/// A row's weight a is 1 / (N n_c V), so that all classes have equal weights, and all pictures within a class do.
struct CrossEntropy: Sendable {
  private let blocks: [Matrix]
  private let labels: [Int]
  private let shares: [Double]
  private let classCount: Int
  private let dimension: Int
  private let scale: Double
  private let strength: Double
  private let anchor: [Double]?
  private let hasBiases: Bool

  /// - Parameters:
  ///   - features: The labels, counts and views.
  ///   - rows: The rows of the features, centred or not.
  ///   - scale: s.
  ///   - strength: l.
  ///   - anchor: W⁰; by default zeros.
  ///   - hasBiases: Whether there are biases b.
  init(
    _ features: LabelledFeatures, rows: Matrix, scale: Double, strength: Double, anchor: [Double]? = nil,
    hasBiases: Bool
  ) {
    classCount = features.classes.count
    dimension = rows.columns
    labels = features.labels.flatMap { Array(repeating: $0, count: features.views) }
    let classes = Double(classCount)
    let views = Double(features.views)
    shares = features.counts.map { 1 / (classes * Double(max(1, $0)) * views) }
    // The logits of a block take at most 64 MB.
    blocks = rows.blocks(of: max(64, min(4096, (1 << 23) / max(1, classCount))))
    self.scale = scale
    self.strength = strength
    self.anchor = anchor
    self.hasBiases = hasBiases
  }

  /// Returns the loss at a point.
  ///
  /// - Parameters:
  ///   - point: W row by row, then b if there is one.
  ///   - gradient: Overwritten with the gradient.
  /// - Throws: `LinearAlgebraError`.
  /// - Complexity: O(n N D) for n rows.
  func value(at point: [Double], gradient: inout [Double]) throws(LinearAlgebraError) -> Double {
    let count = classCount * dimension
    let weights = try Matrix(columns: dimension, elements: Array(point.prefix(count)))
    let biases = hasBiases ? Array(point.suffix(classCount)) : Array(repeating: 0, count: classCount)
    var value = 0.0
    for index in 0..<count {
      let distance = point[index] - (anchor?[index] ?? 0)
      value += strength / 2 * distance * distance
      gradient[index] = strength * distance
    }
    var biasGradient = [Double](repeating: 0, count: classCount)
    var first = 0
    for block in blocks {
      var logits = try Matrix.product(block, weights, rightTransposed: true)
      value += softmaxErrors(&logits, first: first, biases: biases, biasGradient: &biasGradient)
      let slope = try Matrix.product(logits, block, leftTransposed: true)
      for index in 0..<count { gradient[index] += scale * slope.elements[index] }
      first += block.rows
    }
    if hasBiases { gradient.replaceSubrange(count..<count + classCount, with: biasGradient) }
    return value
  }

  /// Replaces W z by a (softmax(s W z + b) − target) and returns Σ a −log softmax(s W z + b)[label].
  private func softmaxErrors(
    _ logits: inout Matrix, first: Int, biases: [Double], biasGradient: inout [Double]
  ) -> Double {
    let (rows, classes) = (logits.rows, logits.columns)
    var value = 0.0
    logits.withUnsafeMutableElements { logits in
      for row in 0..<rows {
        let start = row * classes
        let label = labels[first + row]
        let share = shares[label]
        var greatest = -Double.infinity
        for place in 0..<classes {
          logits[start + place] = scale * logits[start + place] + biases[place]
          greatest = max(greatest, logits[start + place])
        }
        let own = logits[start + label]
        var sum = 0.0
        for place in 0..<classes {
          logits[start + place] = exp(logits[start + place] - greatest)
          sum += logits[start + place]
        }
        value += share * (greatest + log(sum) - own)
        for place in 0..<classes {
          logits[start + place] *= share / sum
          if place == label { logits[start + place] -= share }
          biasGradient[place] += logits[start + place]
        }
      }
    }
    return value
  }
}

extension Matrix {
  /// Returns the rows in matrices of at most `size` rows.
  fileprivate func blocks(of size: Int) -> [Matrix] {
    guard rows > size else { return [self] }
    return stride(from: 0, to: rows, by: size).compactMap { start in
      // This cannot fail: the elements are complete rows.
      try? Matrix(
        columns: columns, elements: Array(elements[start * columns..<min(start + size, rows) * columns]))
    }
  }
}
