import LinearAlgebra
import ModelSurgery

/// Weight imprinting, then fine-tuning of the imprinted rows: the second stage of Qi, Brown and Lowe (CVPR 2018), on the
/// head alone.
///
/// Starting at the imprinted rows W⁰ (the directions of the classes' sums of features), the rows minimise
///
///     mean of −log softmax(s W z)[label]  +  l / 2 ‖W − W⁰‖²
///
/// where all classes have equal weights, and each picture's views together have the weight of one picture. There is no bias.
/// The penalty on the distance to the imprinted rows prevents overfitting to few pictures.
public struct FineTuned: HeadMethod {
  /// `fine-tuned`.
  public static let name = "fine-tuned"

  /// s, the factor of the cosines.
  public var scale: Double
  /// l, the strength of the penalty.
  public var strength: Double
  /// The greatest number of steps of the descent.
  public var iterations: Int

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - scale: s, the factor of the cosines.
  ///   - strength: l, the strength of the penalty.
  ///   - iterations: The greatest number of steps of the descent.
  public init(scale: Double = 20, strength: Double = 1e-4, iterations: Int = 100) {
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
    try HeadError.checkNotNegative(strength, name: "the strength of the penalty")
    try HeadError.checkCount(iterations, name: "the number of iterations")
    let features = try LabelledFeatures(embeddings)
    let imprinted = features.classSums().normalizingRows()
    let loss = CrossEntropy(
      features, rows: features.rows, scale: scale, strength: strength, anchor: imprinted.elements, hasBiases: false)
    let minimum = try LimitedMemoryBFGS(iterations: iterations).minimize(from: imprinted.elements, loss.value)
    let head = try LinearHead(
      transform: embeddings.space.transform, dimension: embeddings.space.dimension,
      weights: minimum.point.map { Float(scale * $0) },
      biases: Array(repeating: 0, count: features.classes.count))
    return SolvedHead(head: head, classes: features.classes)
  }
}
