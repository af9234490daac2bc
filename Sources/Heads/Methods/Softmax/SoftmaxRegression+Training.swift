import LinearAlgebra

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SoftmaxRegression {
  /// Embeddings with their classes.
  public struct Examples: Sendable, Hashable {
    /// The embeddings as real numbers, D elements each.
    public var embeddings: [[Float]]
    /// The class of each.
    public var labels: [Int]

    /// Embeddings with their classes, `data_train` and `labels_train`, or `data_val` and `labels_val`, of PyCoral's `data`.
    public init(embeddings: [[Float]], labels: [Int]) {
      self.embeddings = embeddings
      self.labels = labels
    }
  }

  /// How training goes: what PyCoral prints.
  public struct Progress: Sendable, Hashable {
    /// The number of the iteration, from 0.
    public let iteration: Int
    /// The mean of −log of the labels' probabilities in this iteration's batch, before its step, with the regularisation.
    public let loss: Double
    /// The share of the training examples that are told rightly after the step.
    public let trainingAccuracy: Double
    /// The share of the other examples that are told rightly after the step, or nil where there are none.
    public let validationAccuracy: Double?
  }

  /// Goes down the gradient of the loss in random batches: PyCoral's `train_with_sgd`, libcoral's `Train`.
  ///
  /// Each iteration draws a batch with replacement and takes one step of `learningRate` times the batch's mean gradient.
  /// Training again goes on from where it was.
  ///
  /// - Parameters:
  ///   - training: What to learn from.
  ///   - validation: What to report the accuracy on.
  ///   - iterations: How many steps; PyCoral's `num_iter`.
  ///   - learningRate: How long a step is.
  ///   - batchSize: How many examples a step; PyCoral's `batch_size`.
  ///   - reportEvery: After how many iterations to report, 0 for never; PyCoral's `print_every`.
  ///   - report: Takes the reports.
  /// - Throws: ``HeadError/badSetting(name:value:needed:)`` of settings and examples that do not fit, and where the learning
  ///   rate is so great that weights grow beyond all bounds; `LinearAlgebraError`. Nothing has changed then.
  /// - Complexity: O(batch N D) an iteration.
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
      throw HeadError.badSetting(name: "the number of training examples", value: "0", needed: "one or more")
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
        throw .badSetting(name: "an element of embedding \(index)", value: "not finite", needed: "finite numbers")
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
      needed: "a smaller one for these embeddings: the weights grew beyond all bounds")
  }
}
