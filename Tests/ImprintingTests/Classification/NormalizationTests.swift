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

@Suite("Normalising the input")
struct NormalizationTests {
  private let pixel: [UInt8] = [10, 100, 250]

  /// Returns the normalised values that a model receives for a picture of one colour.
  private func colour(_ model: Model) async throws -> [Float] {
    let classifier = try Classifier(bytes: Bytes(model.serialized().bytes()))
    let (width, height) = (classifier.input.width, classifier.input.height)
    let picture = try #require(
      PixelTensor(width: width, height: height, pixels: (0..<width * height).flatMap { _ in pixel }))
    return try await classifier.classify(picture, topK: 3).classes.sorted { $0.id < $1.id }.map(\.score)
  }

  /// A float model that returns the mean of each input channel.
  private var floatModel: Model {
    var small = SmallClassifier()
    small.rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    small.biases = [0, 0, 0]
    small.beta = nil
    return small.model
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

  @Test("Float: scales to −1...1 if the model has no metadata")
  func standard() async throws {
    expect(try await colour(floatModel), pixel.map { (Float($0) - 127.5) / 127.5 })
  }

  @Test("Float: follows the metadata's mean and deviation, for all channels or per channel")
  func fromMetadata() async throws {
    expect(try await colour(model(floatModel, mean: [0], std: [1])), [10, 100, 250], within: 1e-3)
    expect(
      try await colour(model(floatModel, mean: [120, 110, 100], std: [60, 50, 40])),
      [Float(10 - 120) / 60, Float(100 - 110) / 50, Float(250 - 100) / 40])
    expect(try await colour(model(floatModel, mean: [50], std: [1, 2, 4])), [-40, 25, 50])
  }

  @Test("Float: rejects unusable metadata")
  func refused() throws {
    for (mean, std) in [([0], [0]), ([.nan], [1]), ([1, 2], [1])] as [([Float], [Float])] {
      #expect(throws: SurgeryError.self) { try PictureInput(of: model(floatModel, mean: mean, std: std)) }
    }
    var damaged = floatModel
    damaged.setMetadata(named: ModelMetadata.entryName, to: [1, 2, 3])
    #expect(throws: TFLiteError.self) { try PictureInput(of: damaged) }
  }

  @Test(
    "Quantised: passes the bytes (less 128 for int8) if metadata is missing, matching or invalid",
    arguments: [
      (ElementEncoding.uint8(scale: 0.5, zeroPoint: 8), Float(8)), (.int8(scale: 0.5, zeroPoint: -120), 8),
    ])
  func bytes(encoding: ElementEncoding, zeroPoint: Float) async throws {
    let plain = pixel.map { (Float($0) - zeroPoint) * 0.5 }
    let model = try SmallExtractor.meanColour(encoding)
    expect(try await colour(model), plain)
    for (mean, std) in [(zeroPoint, 2), (zeroPoint + 0.5, 2), (0, 0.001), (0, 0), (.nan, 1)] as [(Float, Float)] {
      expect(try await colour(self.model(model, mean: [mean], std: [std])), plain)
    }
  }

  @Test(
    "Quantised: follows the range of the quantisation if metadata is missing and bytes would be in another range",
    arguments: [
      (ElementEncoding.uint8(scale: 0.011_570_74, zeroPoint: 123), PictureNormalization.common[0]),
      (.int8(scale: 0.011_570_74, zeroPoint: -5), .common[0]), (.uint8(scale: 0.0077, zeroPoint: 124), .common[0]),
      (.uint8(scale: 0.0048, zeroPoint: 0), .common[2]), (.int8(scale: 0.0186, zeroPoint: -14), .common[3]),
    ])
  func range(encoding: ElementEncoding, normalization: PictureNormalization) async throws {
    let expected = pixel.enumerated().map { channel, byte in
      let (mean, deviation) = normalization.channel(channel)
      return (Float(byte) - mean) / deviation
    }
    expect(try await colour(SmallExtractor.meanColour(encoding)), expected, within: encoding.unit)
  }

  @Test("Quantised: passes the bytes if the metadata would clamp a half of them")
  func clampedMetadata() async throws {
    let model = try SmallExtractor.meanColour(.uint8(scale: 1 / 255, zeroPoint: 0))
    expect(try await colour(self.model(model, mean: [127.5], std: [127.5])), pixel.map { Float($0) / 255 })
  }

  @Test(
    "Quantised: requantises if the metadata's normalisation and the input's scale disagree",
    arguments: [ElementEncoding.uint8(scale: 0x1p-6, zeroPoint: 120), .int8(scale: 0x1p-6, zeroPoint: -8)])
  func steps(encoding: ElementEncoding) async throws {
    let model = try model(SmallExtractor.meanColour(encoding), mean: [120, 110, 100], std: [60, 70, 80])
    expect(try await colour(model), [Float(-110) / 60, Float(-10) / 70, Float(150) / 80], within: 0x1p-7)
  }
}
