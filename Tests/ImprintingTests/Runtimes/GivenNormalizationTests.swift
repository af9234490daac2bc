import Foundation
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("A given normalisation of pictures")
struct GivenNormalizationTests {
  /// Returns what a model that averages its input makes of a black picture.
  private func black(_ model: Model, _ normalization: PictureNormalization?) async throws -> Float? {
    let picture = try PixelBuffer(width: 4, height: 4, bytes: Array(repeating: 0, count: 48))
    let classifier = try Classifier(model: model, execution: Execution(normalization: normalization))
    return try await classifier.classify(picture, topK: 1).classes.first?.score
  }

  @Test("Without metadata a float model gets −1 to 1, otherwise what its metadata or the caller says, who comes first")
  func precedence() async throws {
    var model = try SmallExtractor.model(.float32)
    #expect(try await black(model, nil) == -1)
    let caller = try PictureNormalization(mean: [10], deviation: [2])
    #expect(try await black(model, caller) == -5)
    try model.setPictureNormalization(PictureNormalization(mean: [0], deviation: [255]))
    #expect(try await black(model, nil) == 0)
    #expect(try await black(model, caller) == -5)
  }

  @Test("An extractor's model states the normalisation, and its embeddings do not mix with others")
  func stored() throws {
    let model = try SmallExtractor.model(.float32)
    let normalization = try PictureNormalization(mean: [124, 117, 104], deviation: [58, 57, 57])
    let extractor = try Extractor(model: model, execution: Execution(normalization: normalization))
    #expect(try extractor.base.pictureNormalization == normalization)
    #expect(try extractor.space != Extractor(model: model).space)
  }

  @Test("Replacing the normalisation keeps the rest of the metadata")
  func replaced() throws {
    var model = try SmallExtractor.model(.float32)
    try model.describeClassifier(name: "colours", labels: (0..<12).map { "colour \($0)" })
    let before = try #require(try model.modelMetadata)
    let normalization = try PictureNormalization(mean: [1], deviation: [2])
    try model.setPictureNormalization(normalization)
    let after = try #require(try model.modelMetadata)
    #expect(try model.pictureNormalization == normalization)
    #expect(after.name == before.name && after.subgraphs[0].outputs == before.subgraphs[0].outputs)
    #expect(model.labelFile?.contents.count ?? 0 > 0)
  }
}
