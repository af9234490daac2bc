import ModelSurgery
import LinearAlgebra

/// Imprinting, then fine-tuning of the imprinted rows: the second stage of Qi, Brown and Lowe (CVPR 2018), on the head alone.
///
/// From the imprinted rows w⁰ (directions of the classes' sums of features), the rows minimise
///
///     mean of −log softmax(s W z)[label]  +  l / 2 ‖W − W⁰‖²
///
/// with all classes counting alike and a picture's views together as much as one picture. There is no bias. The pull back
/// to what was imprinted is what keeps few pictures from being learnt by heart.
public struct FineTuned: HeadMethod {
  public static let name = "fine-tuned"

  /// s, what the cosines are multiplied by.
  public var scale: Double
  /// l, how strongly rows are held where they were imprinted.
  public var strength: Double
  /// How many steps of the descent at most.
  public var iterations: Int

  /// - Parameters:
  ///   - scale: s, what the cosines are multiplied by.
  ///   - strength: l, how strongly rows are held where they were imprinted.
  ///   - iterations: How many steps of the descent at most.
  public init(scale: Double = 20, strength: Double = 1e-4, iterations: Int = 100) {
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
    try HeadError.checkNotNegative(strength, name: "the strength of the pull to the imprinted rows")
    try HeadError.checkCount(iterations, name: "the number of iterations")
    let features = try LabelledFeatures(seen)
    let imprinted = features.classSums().normalizingRows()
    let loss = CrossEntropy(
      features, rows: features.rows, scale: scale, strength: strength, anchor: imprinted.elements, hasBiases: false)
    let minimum = try LimitedMemoryBFGS(iterations: iterations).minimize(from: imprinted.elements, loss.value)
    let head = try LinearHead(
      transform: seen.space.transform, dimension: seen.space.dimension, weights: minimum.point.map { Float(scale * $0) },
      biases: Array(repeating: 0, count: features.classes.count))
    return SolvedHead(head: head, classes: features.classes)
  }
}
