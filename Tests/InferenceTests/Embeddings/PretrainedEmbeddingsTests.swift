import Foundation
import Heads
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "Embeddings of a network with pretrained weights from a quantised model")
struct PretrainedEmbeddingsTests {
  @Test(
    "Embeddings agree with the quantised model's (cosine at least 0.99)",
    arguments: [
      ("1.0_224_quant_embedding_extractor", 1, 224), ("0.25_128_quant", 0.25, 128),
    ] as [(String, Double, Int32)])
  func embeddings(name: String, multiplier: Double, side: Int32) async throws {
    let network = Architecture.mobileNetV1(multiplier: multiplier, side: side)
    let model = try Model(contentsOf: Material.model("mobilenet_v1_" + name))
    let start = try PretrainedWeights(model, for: network)
    let folders = ["daisy", "iris", "pansy", "tigerlily", "crocus"]
    let pictures = try folders.map { folder in
      try #require(try PictureFiles.pictures(at: Material.flowers17.appending(path: folder)).first)
    }
    let expected = try await Self.embeddings(of: model, pictures) { bytes in bytes.map { Float($0) } }
    let networkEmbeddings = try await Self.embeddings(of: network.base.model(weights: start.weights), pictures) {
      bytes in
      bytes.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
    }
    for (one, other) in zip(expected, networkEmbeddings) {
      try #require(one.count == network.base.outputs && other.count == one.count)
      let cosine = Self.dot(one, other) / (Self.dot(one, one) * Self.dot(other, other)).squareRoot()
      #expect(cosine >= 0.99, "\(cosine)")
    }
  }

  private static func dot(_ one: [Float], _ other: [Float]) -> Float {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func embeddings(
    of model: Model, _ pictures: [URL], _ numbers: (Bytes) -> [Float]
  ) async throws -> [[Float]] {
    let extractor = try Extractor(bytes: Bytes(model.serialized().bytes()), resize: .crop(fraction: 0.875))
    var found: [[Float]] = []
    try await extractor.embed(pictures) { _, picture in found.append(numbers(try picture.get().embeddings)) }
    return found
  }
}
