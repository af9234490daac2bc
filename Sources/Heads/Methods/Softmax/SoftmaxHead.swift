import LinearAlgebra
import ModelSurgery

/// Multinomial logistic regression on the features, minimised by L-BFGS until convergence. Unlike ``SoftmaxRegression`` it
/// needs no learning rate.
///
/// With y = z − μ, where μ is the mean of the class means, W and b minimise
///
///     mean of −log softmax(s W y + b)[label]  +  l / 2 ‖W‖²
///
/// where all classes have equal weights, and each picture's views together have the weight of one picture. The bias of the
/// head is b − s W μ.
public struct SoftmaxHead: HeadMethod {
  /// `softmax`.
  public static let name = "softmax"

  /// s, the factor of the features; with l it determines the regularisation.
  public var scale: Double
  /// l, the strength of the regularisation.
  public var strength: Double
  /// The greatest number of steps of the descent.
  public var iterations: Int

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - scale: s, the factor of the features.
  ///   - strength: l, the strength of the regularisation.
  ///   - iterations: The greatest number of steps of the descent.
  public init(scale: Double = 10, strength: Double = 1e-5, iterations: Int = 150) {
    self.scale = scale
    self.strength = strength
    self.iterations = iterations
  }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``; ``EmbeddingSetError/pastBudget(_:bytes:)`` where the set stores only sums; `LinearAlgebraError`.
  /// - Complexity: O(n V N D) per step.
  public func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
    try HeadError.checkClasses(embeddings)
    try HeadError.checkPositive(scale, name: "the scale")
    try HeadError.checkNotNegative(strength, name: "the strength of the regularisation")
    try HeadError.checkCount(iterations, name: "the number of iterations")
    let features = try LabelledFeatures(embeddings)
    let dimension = embeddings.space.dimension
    let count = features.classes.count
    let mean = Self.mean(of: features)
    let loss = CrossEntropy(
      features, rows: Self.centred(features.rows, on: mean), scale: scale, strength: strength, hasBiases: true)
    let minimum = try LimitedMemoryBFGS(iterations: iterations)
      .minimize(from: Array(repeating: 0, count: count * (dimension + 1)), loss.value)
    let weights = minimum.point.prefix(count * dimension).map { scale * $0 }
    let biases = (0..<count).map { row -> Double in
      let ofMean: Double = zip(weights[row * dimension..<(row + 1) * dimension], mean).reduce(0) { $0 + $1.0 * $1.1 }
      return minimum.point[count * dimension + row] - ofMean
    }
    let head = try LinearHead(
      transform: embeddings.space.transform, dimension: dimension, weights: weights.map { Float($0) },
      biases: biases.map { Float($0) })
    return SolvedHead(head: head, classes: features.classes)
  }

  /// Returns the mean of the class means.
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
