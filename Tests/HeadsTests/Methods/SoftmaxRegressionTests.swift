import Testing

@testable import Heads

@Suite("Coral's softmax regression")
struct SoftmaxRegressionTests {
  /// Returns normally distributed points around the means of classes, as in Coral's own tests.
  private func points(_ means: [[Float]], count: Int = 200, seed: UInt64 = 1) -> SoftmaxRegression.Examples {
    var generator = SplitMix64(seed: seed)
    var examples = SoftmaxRegression.Examples(embeddings: [], labels: [])
    for index in 0..<count {
      // Twelve uniform numbers add up to a variance of 1.
      let point = means[index % means.count].map { mean in
        mean + (0..<12).reduce(0) { sum, _ in sum + Float.random(in: -0.5...0.5, using: &generator) }
      }
      examples.embeddings.append(point)
      examples.labels.append(index % means.count)
    }
    return examples
  }

  @Test("Learns classes six deviations apart in 20 steps of 0.01, like Coral's")
  func separable() throws {
    let means: [[Float]] = [[3, 3], [-3, -3], [3, -3]]
    let training = points(means)
    var regression = try SoftmaxRegression(featureDimension: 2, classCount: 3)
    try regression.trainWithSGD(training, iterations: 20, learningRate: 0.01)
    #expect(regression.accuracy(on: training) > 0.99)
    #expect(regression.accuracy(on: points(means, seed: 2)) > 0.98)
  }

  @Test("Learns overlapping classes in 50 steps of 0.1, like Coral's")
  func overlapping() throws {
    let training = points([[1, 1], [-1, -1], [1, -1]])
    var regression = try SoftmaxRegression(featureDimension: 2, classCount: 3)
    try regression.trainWithSGD(training, iterations: 50, learningRate: 0.1)
    #expect(regression.accuracy(on: training) > 0.75)
  }

  @Test("Initial weights are random, of the given scale and fixed by the seed; initial biases are 0")
  func initialWeights() throws {
    let regression = try SoftmaxRegression(featureDimension: 1000, classCount: 4, weightScale: 0.5, seed: 7)
    let square = regression.weights.reduce(0) { $0 + $1 * $1 } / 4000
    #expect(abs(square.squareRoot() - 0.5) < 0.03)
    #expect(abs(regression.weights.reduce(0, +) / 4000) < 0.03)
    #expect(regression.biases == [0, 0, 0, 0])
    #expect(try regression == SoftmaxRegression(featureDimension: 1000, classCount: 4, weightScale: 0.5, seed: 7))
    #expect(try regression != SoftmaxRegression(featureDimension: 1000, classCount: 4, weightScale: 0.5, seed: 8))
    #expect(try SoftmaxRegression(featureDimension: 5, classCount: 2, weightScale: 0).weights.allSatisfy { $0 == 0 })
  }

  @Test("The same seed trains to the same weights, and a second run continues from them")
  func continuesTraining() throws {
    let training = points([[1, 0], [0, 1]])
    var (one, other) = (
      try SoftmaxRegression(featureDimension: 2, classCount: 2),
      try SoftmaxRegression(featureDimension: 2, classCount: 2)
    )
    try one.trainWithSGD(training, iterations: 10, learningRate: 0.1)
    try other.trainWithSGD(training, iterations: 10, learningRate: 0.1)
    #expect(one == other)
    try one.trainWithSGD(training, iterations: 10, learningRate: 0.1)
    #expect(one != other)
  }

  @Test("Reports progress at the first iteration and then at the given interval, with a falling loss")
  func reports() throws {
    let training = points([[3, 3], [-3, -3], [3, -3]])
    let other = points([[3, 3], [-3, -3], [3, -3]], seed: 2)
    var regression = try SoftmaxRegression(featureDimension: 2, classCount: 3)
    var reports: [SoftmaxRegression.Progress] = []
    try regression.trainWithSGD(
      training, validation: other, iterations: 25, learningRate: 0.05, batchSize: 50, reportEvery: 10
    ) { reports.append($0) }
    #expect(reports.map(\.iteration) == [0, 10, 20])
    #expect(abs(reports[0].loss - 1.0986) < 0.1)
    #expect(reports[2].loss < reports[0].loss)
    #expect(try #require(reports[2].validationAccuracy) > 0.95)
    var unexpected = 0
    try regression.trainWithSGD(training, iterations: 5, learningRate: 0.05, reportEvery: 0) { _ in unexpected += 1 }
    #expect(unexpected == 0)
  }

  @Test("Regularisation shrinks the weights")
  func regularized() throws {
    let training = points([[3, 3], [-3, -3]])
    func length(_ strength: Double) throws -> Float {
      var regression = try SoftmaxRegression(featureDimension: 2, classCount: 2, regularization: strength)
      try regression.trainWithSGD(training, iterations: 200, learningRate: 0.1)
      return regression.weights.reduce(0) { $0 + $1 * $1 }
    }
    #expect(try length(1) < 0.25 * length(0))
  }

  @Test("The scores are the softmax of the logits; the predicted class has the greatest logit")
  func scores() throws {
    let regression = try SoftmaxRegression(featureDimension: 3, classCount: 4, weightScale: 1)
    let scores = regression.scores(of: [1, -2, 3])
    let logits = regression.logits(of: [1, -2, 3])
    #expect(abs(scores.reduce(0, +) - 1) < 1e-5)
    #expect(regression.classes(of: [[1, -2, 3]]) == [logits.indices.max { logits[$0] < logits[$1] }])
    #expect(regression.logits(of: [1]) == [0, 0, 0, 0])
  }

  @Test("Rejects settings and examples that do not fit, and leaves the weights unchanged")
  func refused() throws {
    #expect(throws: HeadError.self) { try SoftmaxRegression(featureDimension: 0, classCount: 2) }
    #expect(throws: HeadError.tooFewClasses(1)) { try SoftmaxRegression(featureDimension: 2, classCount: 1) }
    #expect(throws: HeadError.self) { try SoftmaxRegression(featureDimension: .max, classCount: 2) }
    #expect(throws: HeadError.self) { try SoftmaxRegression(featureDimension: 2, classCount: 2, weightScale: .nan) }
    let untrained = try SoftmaxRegression(featureDimension: 2, classCount: 2)
    var regression = untrained
    let bad: [SoftmaxRegression.Examples] = [
      .init(embeddings: [], labels: []), .init(embeddings: [[1, 2]], labels: []),
      .init(embeddings: [[1]], labels: [0]), .init(embeddings: [[1, 2]], labels: [2]),
      .init(embeddings: [[1, 2]], labels: [-1]), .init(embeddings: [[1, .nan]], labels: [0]),
    ]
    for examples in bad {
      #expect(throws: HeadError.self) { try regression.trainWithSGD(examples, iterations: 1, learningRate: 0.1) }
    }
    let good = points([[1, 0], [0, 1]], count: 10)
    for (iterations, rate, batch) in [(0, 0.1, 1), (1, -0.1, 1), (1, .nan, 1), (1, 0.1, 0), (1, 0.1, .max)] {
      #expect(throws: HeadError.self) {
        try regression.trainWithSGD(good, iterations: iterations, learningRate: rate, batchSize: batch)
      }
    }
    #expect(regression == untrained)
  }

  @Test("Throws an error that names the learning rate when the weights diverge")
  func diverging() throws {
    var regression = try SoftmaxRegression(featureDimension: 2, classCount: 3, regularization: 1)
    let error = #expect(throws: HeadError.self) {
      try regression.trainWithSGD(points([[3, 3], [-3, -3], [3, -3]]), iterations: 900, learningRate: 30)
    }
    #expect("\(try #require(error))".contains("the learning rate"))
    #expect(regression.logitRange == nil)
  }
}
