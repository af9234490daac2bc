import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Pretrained weights")
struct PretrainedWeightsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let network = SmallNetwork.architecture

  private func file(_ weights: [(name: String, tensor: WeightTensor)]) throws -> URL {
    let url = folder.appending("weights-\(UUID().uuidString)")
    try AtomicFile(url).write(NamedWeights(weights).safetensors(metadata: [:]))
    return url
  }

  @Test(
    "Reads a network's weights, whatever prefix a wrapper added to the names",
    arguments: ["", "module.", "model.", "base.", "module.model.base."])
  func prefixes(prefix: String) throws {
    let weights = SmallNetwork.weights()
    let counter = try #require(WeightTensor(shape: [], [40]))
    let named = (weights + [("bn0.num_batches_tracked", counter)]).map { (prefix + $0.name, $0.tensor) }
    let pretrained = try PretrainedWeights(contentsOf: file(named), for: Self.network)
    #expect(pretrained.weights.names == Self.network.base.weights.map(\.name))
    let expected = NamedWeights(weights)
    #expect(pretrained.weights.names.allSatisfy { pretrained.weights[$0] == expected[$0] })
    #expect(pretrained.head?.weights == expected["fc.weight"])
    #expect(!pretrained.isFolded)
  }

  @Test("A head may have any name and number of classes, or be missing; other extra tensors are refused")
  func heads() throws {
    let base = SmallNetwork.weights().filter { !$0.name.hasPrefix("fc.") }
    #expect(try PretrainedWeights(contentsOf: file(base), for: Self.network).head == nil)
    let matrix = try #require(WeightTensor(shape: [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]))
    let biases = try #require(WeightTensor(shape: [2], [9, 10]))
    let head = try PretrainedWeights(
      contentsOf: file(base + [("flowers.weight", matrix), ("flowers.bias", biases)]), for: Self.network.base
    ).head
    #expect(head?.weights == matrix && head?.biases == biases)
    for extra in [[("flowers.weight", matrix)], [("a.weight", biases), ("a.bias", biases)]] {
      let error = #expect(throws: PretrainedWeightsError.self) {
        try PretrainedWeights(contentsOf: file(base + extra), for: Self.network)
      }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains("they have the extra tensors \(extra[0].0)"), "\(message)")
    }
  }

  @Test("Missing files and files of an unknown format are refused")
  func others() throws {
    let text = folder.appending("text")
    try Data("no weights".utf8).write(to: text)
    #expect(throws: WeightsError.self) { try PretrainedWeights(contentsOf: text, for: Self.network) }
    #expect(throws: WeightsError.self) {
      try PretrainedWeights(contentsOf: folder.appending("missing"), for: Self.network)
    }
    try Data([0, 0, 0, 0] + Array("TFL3".utf8)).write(to: text)
    #expect(throws: TFLiteError.self) { try PretrainedWeights(contentsOf: text, for: Self.network) }
  }

  @Test(
    "Reads Coral's models of MobileNet v1",
    arguments: [
      ("1.0_224_quant_embedding_extractor", 1, nil), ("1.0_224_quant", 1, false), ("1.0_224_l2norm_quant", 1, true),
      ("0.25_128_quant", 0.25, false),
    ] as [(String, Double, Bool?)])
  func coral(name: String, multiplier: Double, isNormalized: Bool?) throws {
    let network = Architecture.mobileNetV1(multiplier: multiplier)
    let pretrained = try PretrainedWeights(contentsOf: Material.model("mobilenet_v1_" + name), for: network)
    #expect(pretrained.isFolded)
    #expect(pretrained.head?.isNormalized == isNormalized)
    if isNormalized != nil { #expect(pretrained.head?.weights.shape == [1001, network.base.outputs]) }
  }

  @Test(
    "Models of other networks are refused, and the error says what differs",
    arguments: [
      ("mobilenet_v1_0.25_128_quant", "[8, 3, 3, 3], where the network has [32, 3, 3, 3] for Conv2d_0"),
      ("mobilenet_v1_0.25_128_quant", "they are those of mobilenet-v1-0.25"),
      ("mobilenet_v2_1.0_224_quant", "[16, 1, 1, 32], where the network has [64, 1, 1, 32] for Conv2d_1_pointwise"),
      ("mobilenet_v2_1.0_224_inat_insect_quant", "check that the architecture is the right one"),
      ("mobilenet_v1_1.0_224_l2norm_quant_edgetpu", "compiled for an Edge TPU"),
      ("mobilenet_quant_v1_224_feature_layers_edgetpu", "give the model that it was compiled from"),
      ("mobilenet_quant_v1_224_head_layers", "mobilenet-v1-1.0"),
      ("model_invoking_error", "mobilenet-v1-1.0"),
    ])
  func foreign(name: String, expected: String) {
    let error = #expect(throws: PretrainedWeightsError.self) {
      try PretrainedWeights(contentsOf: Material.model(name), for: .mobileNetV1())
    }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(expected), "\(message)")
  }
}
