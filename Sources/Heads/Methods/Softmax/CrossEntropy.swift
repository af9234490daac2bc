import LinearAlgebra

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The loss of a linear head on labelled rows, and its gradient:
///
///     Σ a −log softmax(s W z + b)[label]  +  l / 2 ‖W − W⁰‖²
///
/// A row's weight a is 1 / (N n_c V): all classes count alike, and so do all pictures of a class, whatever their views.
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
  ///   - features: Whose labels, counts and views to take.
  ///   - rows: Their rows, perhaps centred.
  ///   - scale: s.
  ///   - strength: l.
  ///   - anchor: W⁰, by default zeros.
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
    // Logits are made for so many rows at a time that they take 64 MB at most.
    blocks = rows.blocks(of: max(64, min(4096, (1 << 23) / max(1, classCount))))
    self.scale = scale
    self.strength = strength
    self.anchor = anchor
    self.hasBiases = hasBiases
  }

  /// The loss at a point: W row by row, then b where there is one.
  ///
  /// - Parameters:
  ///   - point: The point.
  ///   - gradient: As many elements, which are overwritten.
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

  /// Turns W z into a (softmax(s W z + b) − target) and returns Σ a −log softmax(s W z + b)[label].
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
  /// The rows in matrices of so many at most.
  fileprivate func blocks(of size: Int) -> [Matrix] {
    guard rows > size else { return [self] }
    return stride(from: 0, to: rows, by: size).compactMap { start in
      // Whole rows: this cannot fail.
      try? Matrix(
        columns: columns, elements: Array(elements[start * columns..<min(start + size, rows) * columns]))
    }
  }
}
