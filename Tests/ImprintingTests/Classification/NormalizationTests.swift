import Foundation
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("What becomes of a picture's bytes")
struct NormalizationTests {
  private let pixel: [UInt8] = [10, 100, 250]

  /// The colour of a picture of one colour, as a model's input had it.
  private func colour(_ model: Model) async throws -> [Float] {
    let classifier = try Classifier(bytes: Bytes(model.serialized().bytes()))
    let (width, height) = (classifier.input.width, classifier.input.height)
    let picture = try #require(
      PixelTensor(width: width, height: height, pixels: (0..<width * height).flatMap { _ in pixel }))
    return try await classifier.classify(picture, topK: 3).classes.sorted { $0.id < $1.id }.map(\.score)
  }

  /// A float model that gives the mean of its input, channel by channel.
  private var real: Model {
    var small = SmallClassifier()
    small.rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    small.biases = [0, 0, 0]
    small.beta = nil
    return small.model
  }

  /// A quantised model that does.
  private func quantised(_ encoding: ElementEncoding) throws -> Model {
    var builder = GraphBuilder()
    let picture = try builder.input("picture", shape: [1, 4, 4, 3], encoding: encoding)
    let pooled = try builder.averagePool(
      picture,
      options: Pool2DOptions(padding: .valid, strideWidth: 4, strideHeight: 4, filterWidth: 4, filterHeight: 4),
      name: "pooled")
    return builder.finish(with: try builder.reshape(pooled, to: [1, 3], name: "colour", shapeName: "shape"))
  }

  private func model(_ model: Model, mean: [Float], std: [Float]) throws -> Model {
    var metadata = ModelMetadata()
    metadata.subgraphs = [SubGraphMetadata()]
    metadata.subgraphs[0].inputs = [TensorMetadata()]
    metadata.subgraphs[0].inputs[0].processUnits = [
      ProcessUnit(.normalization(NormalizationOptions(mean: mean, std: std)))
    ]
    var model = model
    model.setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
    return model
  }

  private func expect(_ found: [Float], _ expected: [Float], within tolerance: Float = 1e-4) {
    #expect(found.count == expected.count)
    for (one, other) in zip(found, expected) { #expect(abs(one - other) <= tolerance, "\(found), not \(expected)") }
  }

  @Test("Float: from −1 to 1 where the model says nothing")
  func standard() async throws {
    expect(try await colour(real), pixel.map { (Float($0) - 127.5) / 127.5 })
  }

  @Test("Float: as the metadata has it, for all channels or each")
  func told() async throws {
    expect(try await colour(model(real, mean: [0], std: [1])), [10, 100, 250], within: 1e-3)
    expect(
      try await colour(model(real, mean: [120, 110, 100], std: [60, 50, 40])),
      [(10 - 120) / 60, (100 - 110) / 50, (250 - 100) / 40])
    expect(try await colour(model(real, mean: [50], std: [1, 2, 4])), [-40, 25, 50])
  }

  @Test("Float: metadata that cannot be used is an error, not a guess")
  func refused() throws {
    for (mean, std) in [([0], [0]), ([.nan], [1]), ([1, 2], [1])] as [([Float], [Float])] {
      #expect(throws: SurgeryError.self) { try PictureInput(of: model(real, mean: mean, std: std)) }
    }
    var damaged = real
    damaged.setMetadata(named: ModelMetadata.entryName, to: [1, 2, 3])
    #expect(throws: TFLiteError.self) { try PictureInput(of: damaged) }
  }

  @Test(
    "Quantised: bytes as they are, less 128 for int8, with no metadata, with matching and with senseless metadata",
    arguments: [
      (ElementEncoding.uint8(scale: 0.5, zeroPoint: 8), Float(8)), (.int8(scale: 0.5, zeroPoint: -120), 8),
    ])
  func bytes(encoding: ElementEncoding, zeroPoint: Float) async throws {
    let plain = pixel.map { (Float($0) - zeroPoint) * 0.5 }
    let model = try quantised(encoding)
    expect(try await colour(model), plain)
    for (mean, std) in [(zeroPoint, 2), (zeroPoint + 0.5, 2), (0, 0.001), (0, 0), (.nan, 1)] as [(Float, Float)] {
      expect(try await colour(self.model(model, mean: [mean], std: [std])), plain)
    }
  }

  @Test(
    "Quantised: where metadata and quantisation together mean other steps, those",
    arguments: [ElementEncoding.uint8(scale: 1 / 64, zeroPoint: 120), .int8(scale: 1 / 64, zeroPoint: -8)])
  func steps(encoding: ElementEncoding) async throws {
    let model = try model(quantised(encoding), mean: [120, 110, 100], std: [60, 70, 80])
    expect(try await colour(model), [-110 / 60, -10 / 70, 150 / 80], within: 1 / 128)
  }
}
