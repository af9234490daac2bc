import LinearAlgebra

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A fully connected layer and a softmax behind embeddings, trained by descent in small random batches: PyCoral's
/// `pycoral.learn.backprop.softmax_regression.SoftmaxRegression`, libcoral's `SoftmaxRegressionModel`.
///
///     probabilities = softmax(W x + b)
///
/// x are embeddings as real numbers, as the network gives them; see ``Embedding/values``. ``SoftmaxHead`` needs no learning
/// rate and does better; this one is for those who have tuned theirs.
///
/// ```swift
/// var regression = try SoftmaxRegression(featureDimension: 1024, classCount: 17)
/// try regression.trainWithSGD(.init(embeddings: x, labels: y), iterations: 500, learningRate: 0.01)
/// let classifier = try regression.model(behind: extractor)
/// ```
public struct SoftmaxRegression: Sendable, Hashable {
  /// D, the number of an embedding's elements; PyCoral's `feature_dim`.
  public let featureDimension: Int
  /// N, the number of classes; PyCoral's `num_classes`.
  public let classCount: Int
  /// The strength r of the regularisation r / 2 ‖W‖²; PyCoral's `reg`. There it enters the loss that is printed and not the
  /// descent; here it enters both.
  public let regularization: Double
  /// The least and the greatest of the training embeddings' logits and 0, or nil before training. A quantised layer's output
  /// has this range.
  public internal(set) var logitRange: ClosedRange<Float>?

  /// W: `[N, D]`.
  var rows: Matrix
  /// b: `[N]`.
  var offsets: [Double]
  /// What batches are drawn with.
  var seed: UInt64

  // Half a gigabyte; no head is near it.
  private static let mostWeights = 1 << 26

  /// A layer of random weights, not trained yet: PyCoral's `SoftmaxRegression(feature_dim, num_classes, weight_scale, reg)`.
  ///
  /// - Parameters:
  ///   - featureDimension: D, the number of an embedding's elements.
  ///   - classCount: N, the number of classes.
  ///   - weightScale: What weights from the standard normal distribution are multiplied by; biases begin at 0.
  ///   - regularization: The strength r of the regularisation r / 2 ‖W‖².
  ///   - seed: Decides on the weights and on the batches; PyCoral's are others each time.
  /// - Throws: ``HeadError/badSetting(name:value:needed:)`` and ``HeadError/tooFewClasses(_:)``.
  public init(
    featureDimension: Int, classCount: Int, weightScale: Double = 0.01, regularization: Double = 0, seed: UInt64 = 0
  ) throws(HeadError) {
    try HeadError.checkCount(featureDimension, name: "the number of features")
    guard classCount > 1 else { throw .tooFewClasses(max(0, classCount)) }
    try HeadError.checkNotNegative(weightScale, name: "the scale of the weights")
    try HeadError.checkNotNegative(regularization, name: "the strength of the regularisation")
    let (count, overflow) = featureDimension.multipliedReportingOverflow(by: classCount)
    guard !overflow, count <= Self.mostWeights else {
      throw .badSetting(
        name: "the size of the layer", value: "\(classCount)x\(featureDimension)",
        needed: "\(Self.mostWeights) weights at most")
    }
    self.featureDimension = featureDimension
    self.classCount = classCount
    self.regularization = regularization
    var generator = SplitMix64(seed: seed)
    var rows = Matrix(rows: classCount, columns: featureDimension)
    rows.withUnsafeMutableElements { elements in
      for index in elements.indices { elements[index] = weightScale * Self.normal(using: &generator) }
    }
    self.rows = rows
    offsets = Array(repeating: 0, count: classCount)
    self.seed = generator.next()
  }

  /// W: `[N, D]`, a class's row after the other.
  public var weights: [Float] { rows.elements.map { Float($0) } }

  /// b: `[N]`.
  public var biases: [Float] { offsets.map { Float($0) } }

  /// W x + b; zeros for an embedding that is not of D elements.
  ///
  /// - Complexity: O(N D).
  public func logits(of embedding: [Float]) -> [Float] {
    guard embedding.count == featureDimension else { return Array(repeating: 0, count: classCount) }
    return rows.elements.withUnsafeBufferPointer { rows in
      embedding.withUnsafeBufferPointer { embedding in
        offsets.indices.map { place in
          var sum = offsets[place]
          let row = place * featureDimension
          for index in 0..<featureDimension { sum += rows[row + index] * Double(embedding[index]) }
          return Float(sum)
        }
      }
    }
  }

  /// softmax(W x + b): the probability of each class.
  ///
  /// - Complexity: O(N D).
  public func scores(of embedding: [Float]) -> [Float] {
    let logits = logits(of: embedding)
    let greatest = logits.max() ?? 0
    let powers = logits.map { exp(Double($0 - greatest)) }
    let sum = powers.reduce(0, +)
    return powers.map { Float($0 / sum) }
  }

  /// The likeliest class of each embedding, the lowest among equals: libcoral's `RunInference`.
  public func classes(of embeddings: [[Float]]) -> [Int] {
    embeddings.map { embedding in
      let logits = logits(of: embedding)
      return logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    }
  }

  /// The share of embeddings whose likeliest class is their label, 0 of none: PyCoral's `get_accuracy`.
  public func accuracy(on examples: Examples) -> Double {
    guard !examples.labels.isEmpty else { return 0 }
    let right = zip(classes(of: examples.embeddings), examples.labels).count { $0 == $1 }
    return Double(right) / Double(examples.labels.count)
  }

  /// One number of the standard normal distribution, by Box and Muller.
  private static func normal(using generator: inout SplitMix64) -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
    return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &generator))
  }
}
