import LinearAlgebra
import ModelSurgery
public import TFLite

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A fully connected layer and a softmax on embeddings, trained by stochastic gradient descent: PyCoral's
/// `pycoral.learn.backprop.softmax_regression.SoftmaxRegression`, libcoral's `SoftmaxRegressionModel`.
///
///     probabilities = softmax(W x + b)
///
/// x are embeddings as real numbers, as the network outputs them; see ``Embedding/values``. ``SoftmaxHead`` needs no learning
/// rate and is more accurate; use this type if you have already tuned a learning rate.
///
/// ```swift
/// var regression = try SoftmaxRegression(featureDimension: 1024, classCount: 17)
/// try regression.trainWithSGD(.init(embeddings: x, labels: y), iterations: 500, learningRate: 0.01)
/// let classifier = try regression.model(behind: extractor)
/// ```
public struct SoftmaxRegression: Sendable, Hashable {
  /// D, the number of elements of an embedding; PyCoral's `feature_dim`.
  public let featureDimension: Int
  /// N, the number of classes; PyCoral's `num_classes`.
  public let classCount: Int
  /// The strength r of the regularisation r / 2 ‖W‖²; PyCoral's `reg`. PyCoral adds it to the printed loss but not to the
  /// gradient; this type adds it to both.
  public let regularization: Double
  /// The range that covers 0 and the logits of the training embeddings, or nil before training. The output of a quantised
  /// layer has this range.
  public internal(set) var logitRange: ClosedRange<Float>?

  /// W: `[N, D]`.
  var rows: Matrix
  /// b: `[N]`.
  var offsets: [Double]
  /// The seed of the batches.
  var seed: UInt64

  // Half a gigabyte, far more than any head has.
  private static let mostWeights = 1 << 26

  /// Creates a layer with random weights: PyCoral's `SoftmaxRegression(feature_dim, num_classes, weight_scale, reg)`.
  ///
  /// - Parameters:
  ///   - featureDimension: D, the number of elements of an embedding.
  ///   - classCount: N, the number of classes.
  ///   - weightScale: The standard deviation of the weights, which are normally distributed; biases are 0.
  ///   - regularization: The strength r of the regularisation r / 2 ‖W‖².
  ///   - seed: The seed of the weights and of the batches. PyCoral draws different ones each time.
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
        needed: "at most \(Self.mostWeights) weights")
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

  /// W: `[N, D]`, one row after the other.
  public var weights: [Float] { rows.elements.map { Float($0) } }

  /// b: `[N]`.
  public var biases: [Float] { offsets.map { Float($0) } }

  /// Returns the logits W x + b, or zeros if the embedding does not have D elements.
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

  /// Returns softmax(W x + b): the probability of each class.
  ///
  /// - Complexity: O(N D).
  public func scores(of embedding: [Float]) -> [Float] {
    Softmax.probabilities(of: logits(of: embedding)).map { Float($0) }
  }

  /// Returns the most probable class of each embedding, among equals the lowest id: libcoral's `RunInference`.
  public func classes(of embeddings: [[Float]]) -> [Int] {
    embeddings.map { embedding in
      let logits = logits(of: embedding)
      return logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    }
  }

  /// Returns the share of embeddings whose most probable class is their label, 0 without embeddings: PyCoral's
  /// `get_accuracy`.
  public func accuracy(on examples: Examples) -> Double {
    guard !examples.labels.isEmpty else { return 0 }
    let right = zip(classes(of: examples.embeddings), examples.labels).count { $0 == $1 }
    return Double(right) / Double(examples.labels.count)
  }

  /// Returns a standard normal number, by the Box–Muller method.
  private static func normal(using generator: inout SplitMix64) -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
    return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &generator))
  }
}

extension SoftmaxRegression {
  /// Embeddings with their labels.
  public struct Examples: Sendable, Hashable {
    /// The embeddings as real numbers, each with D elements.
    public var embeddings: [[Float]]
    /// The class of each embedding.
    public var labels: [Int]

    /// Creates examples: `data_train` and `labels_train`, or `data_val` and `labels_val`, of PyCoral's `data`.
    public init(embeddings: [[Float]], labels: [Int]) {
      self.embeddings = embeddings
      self.labels = labels
    }
  }

  /// The progress of training, which PyCoral prints.
  public struct Progress: Sendable, Hashable {
    /// The number of the iteration, from 0.
    public let iteration: Int
    /// The loss of this iteration's batch before its step: the mean of −log of the labels' probabilities, with the
    /// regularisation.
    public let loss: Double
    /// The accuracy on the training examples after the step.
    public let trainingAccuracy: Double
    /// The accuracy on the validation examples after the step, or nil where there are none.
    public let validationAccuracy: Double?
  }

  /// Trains by stochastic gradient descent: PyCoral's `train_with_sgd`, libcoral's `Train`.
  ///
  /// Each iteration draws a batch with replacement and takes one step of `learningRate` times the batch's mean gradient.
  /// A second call continues from the weights of the first.
  ///
  /// - Parameters:
  ///   - training: The training examples.
  ///   - validation: Examples for which progress reports the accuracy.
  ///   - iterations: The number of steps; PyCoral's `num_iter`.
  ///   - learningRate: The length of a step.
  ///   - batchSize: The number of examples per step; PyCoral's `batch_size`.
  ///   - reportEvery: The number of iterations between two reports, 0 for no reports; PyCoral's `print_every`.
  ///   - report: Called with the reports.
  /// - Throws: ``HeadError/badSetting(name:value:needed:)`` where settings or examples are invalid, or the learning rate is so
  ///   great that training diverges; `LinearAlgebraError`. On an error the layer is unchanged.
  /// - Complexity: O(batch N D) per iteration.
  public mutating func trainWithSGD(
    _ training: Examples, validation: Examples? = nil, iterations: Int, learningRate: Double, batchSize: Int = 100,
    reportEvery: Int = 100, report: (Progress) throws -> Void = { _ in }
  ) throws {
    try HeadError.checkCount(iterations, name: "the number of iterations")
    try HeadError.checkPositive(learningRate, name: "the learning rate")
    guard (1...Self.largestBatch).contains(batchSize) else {
      throw HeadError.badSetting(name: "the batch size", value: "\(batchSize)", needed: "1 to \(Self.largestBatch)")
    }
    try check(training)
    if let validation { try check(validation) }
    guard !training.labels.isEmpty else {
      throw HeadError.badSetting(name: "the number of training examples", value: "0", needed: "at least 1")
    }
    var trained = self
    var generator = SplitMix64(seed: seed)
    for iteration in 0..<iterations {
      let batch = (0..<batchSize).map { _ in Int.random(in: training.labels.indices, using: &generator) }
      let loss = try trained.step(training, batch: batch, learningRate: learningRate)
      guard loss.isFinite else { throw Self.diverged(learningRate) }
      if reportEvery > 0, iteration.isMultiple(of: reportEvery) {
        try report(
          Progress(
            iteration: iteration, loss: loss, trainingAccuracy: trained.accuracy(on: training),
            validationAccuracy: validation.map { trained.accuracy(on: $0) }))
      }
    }
    var (least, greatest) = (0 as Float, 0 as Float)
    for embedding in training.embeddings {
      for logit in trained.logits(of: embedding) {
        guard logit.isFinite else { throw Self.diverged(learningRate) }
        (least, greatest) = (min(least, logit), max(greatest, logit))
      }
    }
    guard trained.weights.allSatisfy(\.isFinite), trained.biases.allSatisfy(\.isFinite) else {
      throw Self.diverged(learningRate)
    }
    trained.logitRange = least...greatest
    trained.seed = generator.next()
    self = trained
  }

  private static let largestBatch = 1 << 16

  /// Takes one step and returns the loss before it.
  private mutating func step(_ examples: Examples, batch: [Int], learningRate: Double) throws -> Double {
    let inputs = try Matrix(
      columns: featureDimension, elements: batch.flatMap { examples.embeddings[$0].map { Double($0) } })
    var errors = try Matrix.product(inputs, rows, rightTransposed: true)
    var loss = regularization / 2 * rows.elements.dot(rows.elements)
    let share = 1 / Double(batch.count)
    var offsetSlopes = [Double](repeating: 0, count: classCount)
    for (row, example) in batch.enumerated() {
      let label = examples.labels[example]
      let logits = zip(errors[row: row], offsets).map { $0 + $1 }
      let greatest = logits.max() ?? 0
      let powers = logits.map { exp($0 - greatest) }
      let sum = powers.reduce(0, +)
      loss += share * (greatest + log(sum) - logits[label])
      for place in offsets.indices {
        errors[row, place] = share * (powers[place] / sum - (place == label ? 1 : 0))
        offsetSlopes[place] += errors[row, place]
      }
    }
    let slopes = try Matrix.product(errors, inputs, leftTransposed: true)
    rows.withUnsafeMutableElements { rows in
      slopes.elements.withUnsafeBufferPointer { slopes in
        for index in rows.indices { rows[index] -= learningRate * (slopes[index] + regularization * rows[index]) }
      }
    }
    offsets = offsets.plus(offsetSlopes, times: -learningRate)
    return loss
  }

  private func check(_ examples: Examples) throws(HeadError) {
    guard examples.embeddings.count == examples.labels.count else {
      throw .badSetting(
        name: "the number of labels", value: "\(examples.labels.count)",
        needed: "one for each of \(examples.embeddings.count) embeddings")
    }
    for (index, embedding) in examples.embeddings.enumerated() {
      guard embedding.count == featureDimension else {
        throw .badSetting(
          name: "the size of embedding \(index)", value: "\(embedding.count)", needed: "\(featureDimension) elements")
      }
      guard embedding.allSatisfy(\.isFinite) else {
        throw .badSetting(name: "an element of embedding \(index)", value: "not finite", needed: "finite")
      }
      guard (0..<classCount).contains(examples.labels[index]) else {
        throw .badSetting(
          name: "the label of embedding \(index)", value: "\(examples.labels[index])", needed: "0 to \(classCount - 1)")
      }
    }
  }

  private static func diverged(_ learningRate: Double) -> HeadError {
    .badSetting(
      name: "the learning rate", value: "\(learningRate)",
      needed: "smaller for these embeddings: the weights grew beyond all bounds")
  }
}

extension SoftmaxRegression {
  /// Returns the extractor followed by the layer and a softmax: PyCoral's `serialize_model`, libcoral's
  /// `AppendLayersToEmbeddingExtractor`.
  ///
  /// After a quantised extractor the layer is quantised too. Its output has the range of the logits of the training examples;
  /// Coral uses the range over all batches during training. Before training it has the range of all possible logits.
  ///
  /// - Parameter extractor: An embedding extractor, whose output is one vector of D elements.
  /// - Throws: `SurgeryError`.
  public func model(behind extractor: Model) throws -> Model {
    var model = try extractor.appendingSoftmaxLayer(weights: weights, biases: biases, logits: logitRange)
    // A description with a newer schema than this module knows stays unchanged.
    try? model.describeClassifier(name: "Image classifier")
    return model
  }
}
