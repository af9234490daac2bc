/// The last layers of a classifier as numbers: logits = W z + b on unit vectors z made of an embedding.
///
/// A class may have several rows; its logit is then the greatest of theirs.
public struct LinearHead: Sendable, Hashable {
  /// What is done to the embedding before it is normalised to z.
  public let root: EmbeddingRoot
  /// D, the number of elements of z.
  public let dimension: Int
  /// R, the rows of each class.
  public let rowsPerClass: Int
  /// W: `[N R, D]`, a class's rows one after the other.
  public let weights: [Float]
  /// b: one a row.
  public let biases: [Float]

  /// A head.
  ///
  /// - Throws: ``SurgeryError/unsuitable(tensor:because:)`` where the numbers do not make whole rows, or one of them is
  ///   infinite or none.
  public init(
    root: EmbeddingRoot, dimension: Int, rowsPerClass: Int = 1, weights: [Float], biases: [Float]
  ) throws(SurgeryError) {
    let (count, overflow) = dimension.multipliedReportingOverflow(by: biases.count)
    guard dimension > 0, rowsPerClass > 0, !overflow, !biases.isEmpty, biases.count.isMultiple(of: rowsPerClass),
      weights.count == count
    else {
      throw .unsuitable(
        tensor: "of the head's weights",
        because: "\(weights.count) weights and \(biases.count) biases do not make rows of \(dimension)")
    }
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw .unsuitable(tensor: "of the head's weights", because: "it holds a number that is infinite or none (NaN)")
    }
    self.root = root
    self.dimension = dimension
    self.rowsPerClass = rowsPerClass
    self.weights = weights
    self.biases = biases
  }

  /// N, the number of classes.
  public var classCount: Int { biases.count / rowsPerClass }
}
