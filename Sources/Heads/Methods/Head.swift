/// A last layer: logits = W z + b on features z of the embedding, and their softmax.
///
/// A class may have several rows; its logit is then the greatest of theirs. The temperature is part of W and b.
public struct Head: Sendable, Hashable {
  /// What z is.
  public let map: FeatureMap
  /// N, the number of classes.
  public let classCount: Int
  /// D, the number of features.
  public let dimension: Int
  /// R, the rows of each class.
  public let rowsPerClass: Int
  /// W: `[N R, D]`, a class's rows one after the other.
  public let weights: [Float]
  /// b: one a row.
  public let biases: [Float]

  /// A head.
  ///
  /// - Throws: ``HeadError/wrongShape(weights:biases:dimension:)`` where the numbers do not fit, and
  ///   ``HeadError/notFinite``.
  public init(
    map: FeatureMap, dimension: Int, rowsPerClass: Int = 1, weights: [Float], biases: [Float]
  ) throws(HeadError) {
    let (count, overflow) = dimension.multipliedReportingOverflow(by: biases.count)
    guard dimension > 0, rowsPerClass > 0, !overflow, !biases.isEmpty, biases.count.isMultiple(of: rowsPerClass),
      weights.count == count
    else { throw .wrongShape(weights: weights.count, biases: biases.count, dimension: dimension) }
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else { throw .notFinite }
    self.map = map
    self.dimension = dimension
    self.rowsPerClass = rowsPerClass
    self.weights = weights
    self.biases = biases
    classCount = biases.count / rowsPerClass
  }

  /// The logits of an embedding, given by its steps; of one that is not of D elements, zeros.
  ///
  /// - Complexity: O(N R D).
  public func logits(of steps: [Float]) -> [Float] { logits(ofFeatures: map.features(of: steps)) }

  /// The logits of features.
  func logits(ofFeatures features: [Double]) -> [Float] {
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
