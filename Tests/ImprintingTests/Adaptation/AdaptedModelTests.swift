import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "Adapted models",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct AdaptedModelTests {
  private let small = "mobilenet_v1_0.25_128_quant"
  private let insects = "mobilenet_v2_1.0_224_inat_insect_quant"

  private func pictures(_ count: Int) throws -> [URL] {
    let all = try PictureFiles.pictures(at: Material.imagenetSample)
    return stride(from: 0, to: all.count, by: max(1, all.count / count)).prefix(count).map { all[$0] }
  }

  private func adapted(_ name: String, layout: TailLayout = .float) throws -> Bytes {
    try Bytes(Adaptation(of: Model(contentsOf: Material.model(name))).model(layout: layout).serialized().bytes())
  }

  private func best(_ model: Bytes, _ pictures: [URL]) async throws -> [Classification] {
    var classes: [Classification] = []
    let classifier = try Classifier(bytes: model, resize: Resize("crop:0.875"))
    try await classifier.answers(pictures, topK: 1) { _, result in classes += try result.get().classes }
    return classes
  }

  private func agreement(_ name: String, _ layout: TailLayout, _ count: Int) async throws -> Double {
    let pictures = try pictures(count)
    let before = try await best(Bytes(mapping: Material.model(name)), pictures)
    let after = try await best(adapted(name, layout: layout), pictures)
    #expect(before.count == count)
    return Double(zip(before, after).count { $0.id == $1.id }) / Double(count)
  }

  @Test("An adapted model with a fully connected head gives the same insect classes as before")
  func insectAnswers() async throws {
    #expect(try await agreement(insects, .float, 50) >= 0.98)
  }

  @Test("An adapted small model keeps at least 95 % of its answers, or 90 % in Coral's uint8 layout")
  func smallAnswers() async throws {
    #expect(try await agreement(small, .float, 50) >= 0.95)
    #expect(try await agreement(small, .coral, 50) >= 0.9)
  }

  @Test("Coral's layout uses uint8 for every tensor of the tail")
  func coralLayout() throws {
    let model = try Model(bytes: adapted(small, layout: .coral))
    let tail = try ImprintingTail(of: model)
    #expect(tail.dimension == 256)
    #expect(tail.embeddingEncoding == .uint8(scale: 1 / 128, zeroPoint: 128))
    #expect(tail.rowEncoding.type == .uint8)
    let graph = try #require(model.mainSubgraph)
    for op in graph.operators[tail.normalization...] {
      for output in op.outputs { #expect(graph.tensor(output)?.type == .uint8) }
    }
    #expect(model.biases(of: tail).contains { $0 != [0, 0, 0, 0] })
  }

  @Test("Teaching new classes leaves the base classes' rows and biases unchanged", arguments: TailLayout.allCases)
  func baseRows(layout: TailLayout) async throws {
    let base = try adapted(small, layout: layout)
    let engine = try ImprintingEngine(bytes: base, keepClasses: true)
    let count = await engine.classCount
    #expect(count == 1001)
    try await teachFlowers(engine, from: count)
    let model = try await engine.model()
    let (old, new) = try (ImprintingTail(of: Model(bytes: base)), ImprintingTail(of: model))
    #expect(new.classCount == count + 2)
    #expect(model.rows(of: new).prefix(count).elementsEqual(try Model(bytes: base).rows(of: old)))
    #expect(model.biases(of: new).prefix(count).elementsEqual(try Model(bytes: base).biases(of: old)))
    for row in model.rows(of: new).suffix(2) {
      let values = row.withUnsafeBytes { new.rowEncoding.values($0) }
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } - 1) < (layout == .float ? 1e-5 : 0.05))
    }
  }

  @Test("A model taught flowers beside its base classes still recognises the base classes")
  func beside() async throws {
    let engine = try ImprintingEngine(bytes: adapted(small), keepClasses: true)
    try await teachFlowers(engine, from: 1001)
    let saved = try Bytes(await engine.serialized().bytes())
    let objects = try pictures(50)
    let before = try await best(Bytes(mapping: Material.model(small)), objects)
    let after = try await best(saved, objects)
    #expect(zip(before, after).count { $0.id == $1.id } >= 45)

    let reopened = try ImprintingEngine(bytes: saved, keepClasses: true)
    #expect(await reopened.isImprinted(1001))
    #expect(await !reopened.isImprinted(1000))
    #expect(try Bytes(await reopened.serialized().bytes()) == saved)
  }

  @Test("Without its base classes, an adapted model learns as an extractor does")
  func withoutBaseClasses() async throws {
    let engine = try ImprintingEngine(bytes: adapted(small))
    try await teachFlowers(engine, from: 0)
    let classifier = try await engine.classifier()
    var right = 0
    for (id, flower) in flowers.enumerated() {
      for picture in try files(flower, 20..<30) where try await classifier.classify(picture).best?.id == id {
        right += 1
      }
    }
    #expect(right >= 18)
  }

  @Test("An adapted extractor has no classes to keep and still learns", arguments: TailLayout.allCases)
  func extractor(layout: TailLayout) async throws {
    let base = try adapted("mobilenet_v1_1.0_224_quant_embedding_extractor", layout: layout)
    #expect(try ImprintingTail(of: Model(bytes: base)).dimension == 1024)
    #expect(throws: ImprintingError.noClassesToKeep) { try ImprintingEngine(bytes: base, keepClasses: true) }
    let engine = try ImprintingEngine(bytes: base)
    try await teachFlowers(engine, from: 0)
    let picture = try #require(try files("iris", 20..<21).first)
    #expect(try await engine.classifier().classify(picture).best?.id == 1)
  }

  @Test("Calibration measures the feature norm and the top logit on pictures")
  func calibrated() async throws {
    let adaptation = try Adaptation(of: Model(contentsOf: Material.model(small)))
    var skipped = 0
    let measured = try await adaptation.calibration(
      pictures: try pictures(20) + [Material.root.appending(path: "NOTICE.md")], resize: .crop,
      skipped: { _ in skipped += 1 })
    let calibration = try #require(measured)
    #expect(skipped == 1)
    #expect(abs(calibration.featureNorm - 22.7) < 3)
    #expect(abs(calibration.topLogit - 12.5) < 3)
    await #expect(throws: InferenceError.noPictures) { try await adaptation.calibration(pictures: []) }
    let extractor = try Adaptation(
      of: Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")))
    #expect(try await extractor.calibration(pictures: []) == nil)
  }

  /// Returns a uint8 model with its features and head converted to int8, with the same values.
  private func signed(_ name: String) throws -> Model {
    var model = try Model(contentsOf: Material.model(name))
    let head = try #require(model.subgraphs[0].operators.lastIndex { model.builtinOperator(of: $0) == .conv2D })
    func sign(_ index: Int32) throws -> Tensor {
      var tensor = model.subgraphs[0].tensors[Int(index)]
      let quantization = try #require(tensor.quantization)
      tensor.type = .int8
      tensor.quantization = QuantizationParameters(
        scale: quantization.scale, zeroPoint: quantization.zeroPoint.map { $0 - 128 })
      return tensor
    }
    let op = model.subgraphs[0].operators[head]
    model.subgraphs[0].tensors.append(try sign(op.inputs[0]))
    let features = Int32(model.subgraphs[0].tensors.count - 1)
    for index in [op.inputs[1], op.outputs[0]] { model.subgraphs[0].tensors[Int(index)] = try sign(index) }
    let buffer = Int(model.subgraphs[0].tensors[Int(op.inputs[1])].buffer)
    model.buffers[buffer] = Buffer(Bytes(try #require(model.buffers[buffer].data).map { $0 ^ 0x80 }))
    model.subgraphs[0].operators[head].inputs[0] = features
    model.operatorCodes.append(OperatorCode(.quantize, version: 2))
    model.subgraphs[0].operators.insert(
      Operator(opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [op.inputs[0]], outputs: [features]),
      at: head)
    return model
  }

  @Test("A model with int8 features and head adapts like its uint8 original", arguments: TailLayout.allCases)
  func signed(layout: TailLayout) async throws {
    let bytes = try Bytes(Adaptation(of: signed(small)).model(layout: layout).serialized().bytes())
    let pictures = try pictures(10)
    #expect(try await best(bytes, pictures) == best(adapted(small, layout: layout), pictures))
  }

  @Test("Adapts a base model compiled for the Edge TPU without running it")
  func compiled() throws {
    let model = try Model(contentsOf: Material.model("mobilenet_quant_v1_224_feature_layers_edgetpu"))
    let adapted = try Adaptation(of: model).model(layout: .coral)
    #expect(try ImprintingTail(of: adapted).embeddingEncoding.type == .uint8)
    #expect(adapted.mainSubgraph.map { adapted.name(of: $0.operators[0]) } == "edgetpu-custom-op")
  }

  private let flowers = ["daisy", "iris"]

  private func files(_ flower: String, _ range: Range<Int>) throws -> [URL] {
    Array(try PictureFiles.pictures(at: Material.flowers17.appending(path: flower))[range])
  }

  private func teachFlowers(_ engine: ImprintingEngine, from first: Int) async throws {
    let reader = try PictureReader(width: engine.input.width, height: engine.input.height)
    for (id, flower) in flowers.enumerated() {
      try await engine.train(files(flower, 0..<10).map { try reader.read($0) }, classID: first + id)
    }
  }
}
