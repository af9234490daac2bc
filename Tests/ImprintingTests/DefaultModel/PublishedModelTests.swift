import Foundation
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "Published models beside the default one",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
  .enabled(if: Material.hasAllWeights, Comment(rawValue: Material.allWeightsNeed)))
struct PublishedModelTests {
  /// The network, the number of its weights, and how many of ImageNet's 500 pictures its float model names.
  private static let others = [
    (PublishedModel.efficientNetLite1, Architecture.efficientNetLite1, 1, 435),
    (PublishedModel.efficientNetLite2, Architecture.efficientNetLite2, 2, 433),
  ]

  @Test("Recorded ranges fit the network and its published weights", arguments: others)
  func ranges(published: PublishedModel, network: Architecture, number: Int, right float: Int) throws {
    let float = try network.model(weights: published.weights.read(from: Material.weights(lite: number)))
    let quantization = try Quantization(of: float)
    let recorded = try #require(network.recordedRanges)
    #expect(recorded.model == quantization.fingerprint)
    #expect(Set(recorded.ranges.keys) == Set(quantization.activations.map(\.name)))
    #expect(throws: DefaultModelError.self) { try published.make(weights: Material.weights) }
  }

  @Test(
    "In int8, without calibration pictures, it is right as often as its float model, within 2 points",
    arguments: others)
  func accuracy(published: PublishedModel, network: Architecture, number: Int, right float: Int) async throws {
    let model = try published.make(weights: Material.weights(lite: number))
    #expect(try #require(try model.modelMetadata).name == Text(published.title))
    let classifier = try Classifier(
      bytes: Bytes(model.serialized().bytes()), resize: .crop(fraction: 0.875), unknown: .never)
    let pictures = try PictureFiles.pictures(at: Material.imagenetSample)
    try #require(pictures.count == 500)
    var right = 0
    try await classifier.answers(pictures, topK: 1) { index, result in
      if try result.get().best?.id == Int(pictures[index].lastPathComponent.prefix(4)) { right += 1 }
    }
    #expect(right >= float - 10, "\(right) of 500")
  }
}
