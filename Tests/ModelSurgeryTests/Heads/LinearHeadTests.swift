import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Appending heads")
struct LinearHeadTests {
  private func head(_ transform: FeatureTransform, rowsPerClass: Int = 1) throws -> LinearHead {
    try LinearHead(
      transform: transform, dimension: 3, rowsPerClass: rowsPerClass,
      weights: Array(repeating: 1, count: 6 * rowsPerClass),
      biases: Array(repeating: 0, count: 2 * rowsPerClass))
  }

  private func novelty(classes: Int = 2) throws -> NoveltyScore {
    try NoveltyScore(
      mean: [0, 0, 0], directions: [1, 0, 0], shares: [0.5], lambda: 0.5,
      discriminants: Array(repeating: 0.5, count: 3 * classes), lengths: Array(repeating: 1, count: classes))
  }

  private func names(_ model: Model) -> [String] {
    (model.mainSubgraph?.operators ?? []).dropFirst(2).map { model.name(of: $0) }
  }

  @Test("A head can follow byte or float features, with each feature transform")
  func layers() throws {
    let floats = try SmallExtractor.meanColour().appending(head(.plain))
    #expect(names(floats) == ["L2_NORMALIZATION", "FULLY_CONNECTED", "SOFTMAX"])
    let bytes = try SmallExtractor.meanColour(.uint8(scale: 0.1, zeroPoint: 0)).appending(head(.root, rowsPerClass: 3))
    #expect(
      names(bytes) == [
        "DEQUANTIZE", "RELU", "SQRT", "L2_NORMALIZATION", "FULLY_CONNECTED", "RESHAPE", "REDUCE_MAX", "SOFTMAX",
      ])
    let signed = try SmallExtractor.meanColour(.int8(scale: 0.1, zeroPoint: 3)).appending(head(.signedRoot))
    #expect(
      names(signed) == [
        "DEQUANTIZE", "ABS", "MAXIMUM", "RSQRT", "MUL", "L2_NORMALIZATION", "FULLY_CONNECTED", "SOFTMAX",
      ])
    for (model, transform, rows) in [(floats, FeatureTransform.plain, 1), (bytes, .root, 3), (signed, .signedRoot, 1)] {
      try model.checkRunnable()
      let graph = try #require(model.mainSubgraph)
      let output = try #require(graph.tensor(try model.onlyInputAndOutput().output))
      #expect(output.name == "scores" && output.shape == [1, 2] && output.type == .float32)
      #expect(model.signatureDefs.map(\.signatureKey) == ["serving_default"])
      #expect(model.signatureDefs[0].outputs.map(\.name) == ["scores"])
      let found = try BaseClassifier(of: model)
      #expect(found.layout == .normalized && found.transform == transform && found.rowsPerClass == rows)
      #expect(found.classCount == 2 && found.dimension == 3)
      #expect(graph.tensor(found.embedding)?.name == "colour")
      let summary = try #require(ModelSummary(model).solvedHead)
      #expect(summary.transform == transform && summary.classes == 2 && summary.baseClasses == 0)
    }
  }

  @Test("Classes can be added twice: the first result is the base of the second")
  func addedTwice() throws {
    let base = try SmallExtractor.meanColour(.uint8(scale: 0.1, zeroPoint: 0)).appending(head(.plain))
    let calibration = try BaseClassCalibration(offset: 1, slope: 2)
    let once = try base.appending(head(.root), novelty: novelty(), calibration: calibration)
    let twice = try once.appending(head(.root, rowsPerClass: 2), novelty: novelty(), calibration: calibration)
    for (model, baseCount, count) in [(once, 2, 4), (twice, 4, 6)] {
      try model.checkRunnable()
      let found = try BaseClassifier(of: model)
      #expect(found.layout == .kept(base: baseCount))
      #expect(found.classCount == count && found.dimension == 3)
      #expect(model.mainSubgraph?.tensor(found.embedding)?.name == "colour")
      let names = model.mainSubgraph?.tensors.compactMap(\.name) ?? []
      #expect(Set(names).count == names.count, "every tensor has its own name")
    }
  }

  @Test("Finds the embedding and the logits of classifiers from other sources")
  func found() throws {
    for (name, dimension, layout) in [
      ("mobilenet_v1_1.0_224_quant", 1024, BaseClassifier.Layout.linear), ("mobilenet_v2_1.0_224_quant", 1280, .linear),
      ("mobilenet_v2_1.0_224_inat_insect_quant", 1280, .linear),
      ("mobilenet_v1_1.0_224_l2norm_quant", 1024, .normalized),
    ] {
      let model = try Model(contentsOf: Material.model(name))
      let found = try BaseClassifier(of: model)
      #expect(found.dimension == dimension && found.layout == layout, "\(name)")
      let extractor = found.extractor(of: model)
      let tensor = try extractor.mainSubgraph?.tensor(extractor.onlyInputAndOutput().output)
      #expect(tensor?.elementCount == dimension, "\(name)")
      let head = found.head(of: model)
      try head.checkRunnable()
      #expect(try head.mainSubgraph?.tensor(head.onlyInputAndOutput().output)?.elementCount == found.classCount)
    }
  }

  @Test("Invalid values, and models without the needed layers, are refused")
  func refusals() throws {
    let extractor = try SmallExtractor.meanColour()
    #expect(
      throws: SurgeryError.badNumbers(of: "the head", because: "2 weights and 1 biases do not form rows of 3")
    ) {
      try LinearHead(transform: .plain, dimension: 3, weights: [1, 2], biases: [1])
    }
    #expect(throws: SurgeryError.self) {
      try LinearHead(transform: .plain, dimension: 1, weights: [.nan, 2], biases: [1, 1])
    }
    #expect(throws: SurgeryError.self) { try BaseClassCalibration(offset: .infinity, slope: 1) }
    #expect(throws: SurgeryError.self) {
      try NoveltyScore(mean: [0], directions: [], shares: [], lambda: 0, discriminants: [1], lengths: [1])
    }
    #expect(throws: SurgeryError.self) {
      try NoveltyScore(
        mean: [0], directions: [], shares: [], lambda: 1, discriminants: [1], lengths: [1], deviation: 0)
    }
    let wide = try LinearHead(transform: .plain, dimension: 4, weights: Array(repeating: 1, count: 8), biases: [0, 0])
    #expect(throws: SurgeryError.self) { try extractor.appending(wide) }
    // A bare extractor whose last layer is a pooling has no classes to keep.
    #expect(throws: SurgeryError.self) {
      try extractor.appending(head(.plain), novelty: novelty(), calibration: BaseClassCalibration(offset: 0, slope: 1))
    }
    #expect(throws: SurgeryError.self) {
      try extractor.appending(head(.plain)).appending(novelty(classes: 3))
    }
  }
}
