import ModelSurgery
import LinearAlgebra
import Testing

@testable import Heads

@Suite("The softmax and fine-tuned heads")
struct SoftmaxHeadTests {
  @Test("The gradient equals the difference quotient of the loss, with and without biases", arguments: [true, false])
  func gradient(hasBiases: Bool) throws {
    let features = try LabelledFeatures(ClusteredEmbeddings(dimension: 4, views: .five).set([3, 2, 1]))
    let anchor: [Double]? = hasBiases ? nil : (0..<12).map { Double($0) / 10 }
    let loss = CrossEntropy(
      features, rows: features.rows, scale: 7, strength: 0.3, anchor: anchor, hasBiases: hasBiases)
    let point = (0..<(hasBiases ? 15 : 12)).map { Double(($0 * 7) % 5) / 5 - 0.4 }
    var gradient = [Double](repeating: 0, count: point.count)
    _ = try loss.value(at: point, gradient: &gradient)
    var unused = gradient
    for index in point.indices {
      let step = 1e-5
      var (above, below) = (point, point)
      above[index] += step
      below[index] -= step
      let slope =
        try (loss.value(at: above, gradient: &unused) - loss.value(at: below, gradient: &unused)) / (2 * step)
      #expect(abs(slope - gradient[index]) < 1e-6)
    }
  }

  @Test("Rows in several blocks give the same loss and gradient as in one block")
  func blocks() throws {
    // One set has 4200 equal pictures per class, the other has one: both have the same mean.
    let embeddings: [[UInt8]] = [[200, 10], [30, 90]]
    let maker = ClusteredEmbeddings(dimension: 2)
    let many = try maker.set(embeddings: embeddings.map { Array(repeating: $0, count: 4200) })
    let few = try maker.set(embeddings: embeddings.map { [$0] })
    let point = [0.3, -0.2, 0.1, 0.7, 0.05, -0.05]
    let found = try [many, few].map { set in
      let features = try LabelledFeatures(set)
      let loss = CrossEntropy(features, rows: features.rows, scale: 3, strength: 0.1, hasBiases: true)
      var gradient = [Double](repeating: 0, count: 6)
      return try [loss.value(at: point, gradient: &gradient)] + gradient
    }
    for (one, other) in zip(found[0], found[1]) { #expect(abs(one - other) < 1e-9) }
  }

  @Test("All classes have the same weight, however many pictures they have")
  func balance() throws {
    let set = try ClusteredEmbeddings(dimension: 2).set(
      embeddings: [Array(repeating: [100, 100], count: 9), [[100, 100]]])
    let logits = try SoftmaxHead().solve(set).head.logits(of: [100, 100])
    #expect(abs(logits[0] - logits[1]) < 1e-3)
  }

  @Test("The softmax head is at the minimum: the gradient of the biases is 0")
  func minimum() throws {
    let set = try ClusteredEmbeddings(spread: 120).set([8, 8, 8])
    let features = try LabelledFeatures(set)
    let head = try SoftmaxHead(strength: 1e-2).solve(set).head
    let loss = CrossEntropy(features, rows: features.rows, scale: 1, strength: 0, hasBiases: true)
    var gradient = [Double](repeating: 0, count: 3 * 17)
    _ = try loss.value(at: (head.weights + head.biases).map { Double($0) }, gradient: &gradient)
    #expect(gradient.suffix(3).allSatisfy { abs($0) < 1e-4 })
  }

  @Test("Fine-tuning lowers the loss of the imprinted rows, and stays close to them with strong regularisation")
  func fineTuning() throws {
    let set = try ClusteredEmbeddings(spread: 120).set([6, 6, 6])
    let features = try LabelledFeatures(set)
    let imprinted = features.classSums().normalizingRows().elements
    let loss = CrossEntropy(features, rows: features.rows, scale: 1, strength: 0, hasBiases: false)
    var gradient = [Double](repeating: 0, count: imprinted.count)
    let before = try loss.value(at: imprinted.map { 20 * $0 }, gradient: &gradient)
    let tuned = try FineTuned().solve(set).head
    #expect(try loss.value(at: tuned.weights.map { Double($0) }, gradient: &gradient) < 0.8 * before)
    let regularised = try FineTuned(strength: 1e6).solve(set).head
    for (weight, row) in zip(regularised.weights, imprinted) { #expect(abs(Double(weight) - 20 * row) < 1e-3) }
  }
}
