import ModelSurgery
import LinearAlgebra

/// Multinomial logistic regression on the features, minimised until it no longer falls: without the learning rate and the
/// patience that ``SoftmaxRegression`` takes.
///
/// With y = z − μ, μ being the mean of the classes' means, W and b minimise
///
///     mean of −log softmax(s W y + b)[label]  +  l / 2 ‖W‖²
///
/// with all classes counting alike and a picture's views together as much as one picture. The exported bias is b − s W μ.
public struct SoftmaxHead: HeadMethod {
  public static let name = "softmax"

  /// s, what the features are multiplied by; it decides with l what a long row costs.
  public var scale: Double
  /// l, the strength of the regularisation.
  public var strength: Double
  /// How many steps of the descent at most.
  public var iterations: Int

  /// - Parameters:
  ///   - scale: s, what the features are multiplied by.
  ///   - strength: l, the strength of the regularisation.
  ///   - iterations: How many steps of the descent at most.
  public init(scale: Double = 10, strength: Double = 1e-5, iterations: Int = 150) {
    self.scale = scale
    self.strength = strength
    self.iterations = iterations
  }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``; ``EmbeddingSetError/pastBudget(_:bytes:)`` where only sums are kept; `LinearAlgebraError`.
  /// - Complexity: O(n V N D) a step.
  public func solve(_ seen: EmbeddingSet) throws -> SolvedHead {
    try HeadError.checkClasses(seen)
    try HeadError.checkPositive(scale, name: "the scale")
    try HeadError.checkNotNegative(strength, name: "the strength of the regularisation")
    try HeadError.checkCount(iterations, name: "the number of iterations")
    let features = try LabelledFeatures(seen)
    let dimension = seen.space.dimension
    let count = features.classes.count
    let mean = Self.mean(of: features)
    let loss = CrossEntropy(
      features, rows: Self.centred(features.rows, on: mean), scale: scale, strength: strength, hasBiases: true)
    let minimum = try LimitedMemoryBFGS(iterations: iterations)
      .minimize(from: Array(repeating: 0, count: count * (dimension + 1)), loss.value)
    let weights = minimum.point.prefix(count * dimension).map { scale * $0 }
    let biases = (0..<count).map { row in
      minimum.point[count * dimension + row]
        - zip(weights[row * dimension..<(row + 1) * dimension], mean).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let head = try LinearHead(
      transform: seen.space.transform, dimension: dimension, weights: weights.map { Float($0) }, biases: biases.map { Float($0) })
    return SolvedHead(head: head, classes: features.classes)
  }

  /// The mean of the classes' means.
  private static func mean(of features: LabelledFeatures) -> [Double] {
    let sums = features.classSums()
    var mean = [Double](repeating: 0, count: sums.columns)
    for (place, count) in features.counts.enumerated() {
      let share = 1 / Double(max(1, count * features.views * features.counts.count))
      for (index, element) in sums[row: place].enumerated() { mean[index] += share * element }
    }
    return mean
  }

  private static func centred(_ rows: Matrix, on mean: [Double]) -> Matrix {
    var rows = rows
    let (count, dimension) = (rows.rows, rows.columns)
    rows.withUnsafeMutableElements { elements in
      for row in 0..<count {
        for index in 0..<dimension { elements[row * dimension + index] -= mean[index] }
      }
    }
    return rows
  }
}
