/// A linear layer on the features z of an embedding: logits = W z + b.
///
/// A class may have several rows; its logit is then the greatest logit of its rows. The temperature is part of W and b,
/// so that a softmax of the logits gives probabilities.
public struct LinearHead: Sendable, Hashable {
  /// The transform of the embedding to z.
  public let transform: FeatureTransform
  /// D, the number of features.
  public let dimension: Int
  /// R, the number of rows of each class.
  public let rowsPerClass: Int
  /// W: `[N R, D]`, the rows of a class one after the other.
  public let weights: [Float]
  /// b: one for each row.
  public let biases: [Float]

  /// Creates a head.
  ///
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` if the numbers do not fill the rows or are not all finite.
  public init(
    transform: FeatureTransform, dimension: Int, rowsPerClass: Int = 1, weights: [Float], biases: [Float]
  ) throws(SurgeryError) {
    let (count, overflow) = dimension.multipliedReportingOverflow(by: biases.count)
    guard dimension > 0, rowsPerClass > 0, !overflow, !biases.isEmpty, biases.count.isMultiple(of: rowsPerClass),
      weights.count == count
    else {
      throw .badNumbers(
        of: "the head",
        because: "\(weights.count) weights and \(biases.count) biases do not form rows of \(dimension)")
    }
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
      throw .badNumbers(of: "the head", because: "a weight or a bias is infinite or NaN")
    }
    self.transform = transform
    self.dimension = dimension
    self.rowsPerClass = rowsPerClass
    self.weights = weights
    self.biases = biases
  }

  /// N, the number of classes.
  public var classCount: Int { biases.count / rowsPerClass }

  /// Returns the logits of an embedding, given in quantisation steps; zeros if it does not have D elements.
  ///
  /// - Complexity: O(N R D).
  public func logits(of steps: [Float]) -> [Float] { logits(ofFeatures: transform.features(of: steps)) }

  /// Returns the logits of features; zeros if there are not D of them.
  package func logits(ofFeatures features: [Double]) -> [Float] {
    guard features.count == dimension else { return Array(repeating: 0, count: classCount) }
    return weights.withUnsafeBufferPointer { weights in
      (0..<classCount).map { place in
        var greatest = -Double.infinity
        for row in place * rowsPerClass..<(place + 1) * rowsPerClass {
          var sum = Double(biases[row])
          for column in 0..<dimension { sum += Double(weights[row * dimension + column]) * features[column] }
          greatest = max(greatest, sum)
        }
        return Float(greatest)
      }
    }
  }
}
