import Foundation
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Imprinting
@testable import Inference

@Suite(
  "Softmax regression as a model")
struct SoftmaxRegressionModelTests {
  /// Returns the uint8 extractor, with its embedding converted to int8 or float if testFiles.
  private func extractor(_ type: TensorType) throws -> Model {
    let model = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    var builder = GraphBuilder(extending: model)
    let vector = try builder.tensor(model.onlyInputAndOutput().output)
    return switch type {
    case .int8:
      builder.finish(
        with: try builder.quantize(vector, to: .int8(scale: 0.023528477, zeroPoint: -128), name: "signed"))
    case .float32: builder.finish(with: try builder.dequantize(vector, name: "floats"))
    default: model
    }
  }

  private func vectors(_ model: Model, of pictures: [URL]) async throws -> [[Float]] {
    let classifier = try Classifier(bytes: Bytes(model.serialized().bytes()))
    var vectors: [[Float]] = []
    try await classifier.scores(pictures) { vectors.append(try $1.get()) }
    return vectors
  }

  @Test(
    "The written model gives the scores of the head in memory, for embeddings of every type",
    arguments: [TensorType.uint8, .int8, .float32])
  func answers(type: TensorType) async throws {
    let names = ["daisy", "iris", "tigerlily"]
    let files = try names.map { name in
      let folder = Material.flowers17.appending(path: name)
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().prefix(8)
        .map { folder.appending(path: $0) }
    }
    let extractor = try extractor(type)
    let training = SoftmaxRegression.Examples(
      embeddings: try await vectors(extractor, of: files.flatMap { $0.prefix(5) }),
      labels: names.indices.flatMap { Array(repeating: $0, count: 5) })
    let testFiles = files.flatMap { Array($0.dropFirst(5)) }
    let embeddings = try await vectors(extractor, of: testFiles)

    var regression = try SoftmaxRegression(featureDimension: 1024, classCount: 3)
    try regression.trainWithSGD(training, iterations: 40, learningRate: 0.01, batchSize: 15)
    #expect(regression.accuracy(on: training) == 1)
    let model = try regression.model(behind: extractor)
    let scores = try await vectors(model, of: testFiles)

    let labels = names.indices.flatMap { Array(repeating: $0, count: 3) }
    #expect(regression.accuracy(on: .init(embeddings: embeddings, labels: labels)) >= 0.8)
    // Quantised logits are steps of about 1/20, and so are embeddings and weights.
    let tolerance: Float = type == .float32 ? 1e-4 : 0.08
    for (embedding, scores) in zip(embeddings, scores) {
      for (one, other) in zip(regression.scores(of: embedding), scores) { #expect(abs(one - other) < tolerance) }
    }
    let same = zip(regression.classes(of: embeddings), scores).count { expected, scores in
      scores.indices.max { scores[$0] < scores[$1] } == expected
    }
    #expect(same == 9)
  }

  @Test("Writes Coral's layers: FULLY_CONNECTED and SOFTMAX in uint8, with logits over the training range and 0")
  func layout() throws {
    let extractor = try extractor(.uint8)
    let weights = (0..<2048).map { Float($0 % 7) / 100 - 0.02 }
    let model = try extractor.appendingSoftmaxLayer(weights: weights, biases: [1, -1], logits: -3...2.1)
    #expect(model.lastOperators(2).hasSuffix("FULLY_CONNECTED → SOFTMAX"))
    let graph = try #require(model.mainSubgraph)
    let scores = try #require(graph.tensor(model.onlyInputAndOutput().output))
    #expect(scores.shape == [1, 2])
    #expect(try ElementEncoding(of: scores, label: "") == .uint8(scale: 1 / 256, zeroPoint: 0))
    let layer = try #require(graph.operators.dropLast().last)
    let kernel = try #require(graph.tensor(layer.inputs[1]))
    let bias = try #require(graph.tensor(layer.inputs[2]))
    let logits = try #require(graph.tensor(layer.outputs[0]))
    #expect(kernel.shape == [2, 1024])
    #expect(bias.type == .int32)
    guard case .uint8(let scale, let zeroPoint) = try ElementEncoding(of: logits, label: "") else {
      Issue.record("the logits are not uint8")
      return
    }
    #expect(abs(scale - 5.1 / 255) < 1e-6)
    #expect(zeroPoint == 150)
    let stored = try #require(model.constant(kernel)).withUnsafeBytes {
      (try? ElementEncoding(of: kernel, label: ""))?.values($0)
    }
    for (one, other) in zip(try #require(stored), weights) { #expect(abs(one - other) < 0.06 / 255) }
  }

  @Test("An untrained layer is written over the range of all possible logits, and classifies")
  func untrained() throws {
    let model = try SoftmaxRegression(featureDimension: 1024, classCount: 3, seed: 4).model(behind: extractor(.uint8))
    let graph = try #require(model.mainSubgraph)
    let scores = try #require(try graph.producer(of: model.onlyInputAndOutput().output))
    let logits = try #require(graph.tensor(graph.operators[scores].inputs[0])?.quantization)
    let (scale, zero) = (logits.scale[0], Float(logits.zeroPoint.first ?? 0))
    #expect(scale > 0 && scale * (255 - zero) > 1 && -scale * zero < -1)
    #expect(throws: Never.self) { try Model(bytes: Bytes(model.serialized().bytes())) }
  }

  @Test("Rejects wrong counts of weights, NaN or infinite values, and models without a vector")
  func refused() throws {
    let extractor = try extractor(.uint8)
    let fitting = [Float](repeating: 0, count: 2048)
    #expect(throws: SurgeryError.badRows(expected: 8192, found: 4)) {
      try extractor.appendingSoftmaxLayer(weights: [1], biases: [0, 0], logits: 0...1)
    }
    #expect(throws: SurgeryError.self) {
      try extractor.appendingSoftmaxLayer(weights: [], biases: [], logits: 0...1)
    }
    #expect(throws: SurgeryError.self) {
      try extractor.appendingSoftmaxLayer(weights: fitting, biases: [.nan, 0], logits: 0...1)
    }
    #expect(throws: SurgeryError.self) {
      try extractor.appendingSoftmaxLayer(weights: fitting, biases: [0, 0], logits: -.infinity...1)
    }
    var shapeless = extractor
    let output = try Int(extractor.onlyInputAndOutput().output)
    shapeless.subgraphs[0].tensors[output].shape = [1, 32, 32, 1]
    #expect(throws: SurgeryError.self) {
      try shapeless.appendingSoftmaxLayer(weights: fitting, biases: [0, 0], logits: 0...1)
    }
    // Zero weights and an empty range still give a model.
    #expect(throws: Never.self) {
      try extractor.appendingSoftmaxLayer(weights: fitting, biases: [0, 0], logits: 0...0)
    }
  }
}
