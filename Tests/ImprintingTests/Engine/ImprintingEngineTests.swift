import Platform
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

@Suite("The imprinting engine")
struct ImprintingEngineTests {
  let l2norm = Material.model("mobilenet_v1_1.0_224_l2norm_quant")
  let extractor = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")

  private func pictures(_ name: String, _ range: Range<Int>) throws -> [PixelTensor] {
    let reader = try PictureReader(width: 224, height: 224)
    let folder = Material.flowers17.appending(path: name)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try files[range].map { try reader.read(folder.appending(path: $0)) }
  }

  private func bytes(_ engine: ImprintingEngine) async throws -> [UInt8] { try await engine.serialized().bytes() }

  @Test("Reports the embedding dimension and the classes of the opened model")
  func description() async throws {
    let withoutClasses = try ImprintingEngine(model: l2norm)
    #expect(withoutClasses.embeddingDimension == 1024)
    #expect(await withoutClasses.classCount == 0)
    let withClasses = try ImprintingEngine(model: l2norm, keepClasses: true)
    #expect(await withClasses.classCount == 1001)
    #expect(await !withClasses.isImprinted(0))
    #expect(withClasses.extractor.mainSubgraph?.operators.count == 29)
  }

  @Test(
    "Training in several steps, in any order and over several files gives the same file as training at once",
    arguments: ["mobilenet_v1_1.0_224_l2norm_quant", "mobilenet_v1_1.0_224_quant_embedding_extractor"])
  func pieces(model: String) async throws {
    let daisies = try pictures("daisy", 0..<4)
    let irises = try pictures("iris", 0..<3)
    let once = try ImprintingEngine(model: Material.model(model))
    try await once.train(daisies, classID: 0)
    try await once.train(irises, classID: 1)
    let expected = try await bytes(once)

    let parts = try ImprintingEngine(model: Material.model(model))
    try await parts.train([daisies[3]], classID: 0)
    try await parts.train([irises[1]], classID: 1)
    var file = try await bytes(parts)
    for (picture, id) in [(daisies[1], 0), (irises[2], 1), (daisies[0], 0), (irises[0], 1), (daisies[2], 0)] {
      let next = try ImprintingEngine(bytes: Bytes(file), keepClasses: true)
      try await next.train([picture], classID: id)
      file = try await bytes(next)
    }
    #expect(file == expected)
  }

  @Test("Opening and saving a model does not change it")
  func resaved() async throws {
    let engine = try ImprintingEngine(model: extractor)
    try await engine.train(try pictures("tulip", 0..<2), classID: 0)
    try await engine.setName("tulip 🌷", of: 0)
    await engine.setResize(.squash)
    let first = try await bytes(engine)
    let reopened = try ImprintingEngine(bytes: Bytes(first), keepClasses: true)
    #expect(await reopened.labels == Labels([0: "tulip 🌷"]))
    #expect(try await bytes(reopened) == first)
  }

  @Test("Rows and biases of the base classes stay unchanged")
  func baseStays() async throws {
    var before = try Model(contentsOf: l2norm)
    // The biases of this base model are all zero; give it distinct ones.
    let bias = try #require(before.mainSubgraph?.tensor(ImprintingTail(of: before).bias))
    before.buffers[Int(bias.buffer)] = Buffer(Bytes((0..<4 * 1001).map { UInt8(truncatingIfNeeded: $0) }))
    let engine = try ImprintingEngine(bytes: Bytes(before.serialized().bytes()), keepClasses: true)
    try await engine.train(try pictures("pansy", 0..<2), classID: 1001)
    let after = try await engine.model()
    let tails = (try ImprintingTail(of: before), try ImprintingTail(of: after))
    #expect(tails.1.classCount == 1002)
    #expect(Array(after.rows(of: tails.1).prefix(1001)) == before.rows(of: tails.0))
    #expect(Array(after.biases(of: tails.1).prefix(1001)) == before.biases(of: tails.0))
    #expect(after.biases(of: tails.1)[1] == [4, 5, 6, 7])
    #expect(after.biases(of: tails.1)[1001] == [0, 0, 0, 0])
  }

  @Test("Continues a file of Coral's tools, which has no exact sums, from its rows and norms")
  func coralFile() async throws {
    let daisies = try pictures("daisy", 0..<2)
    let engine = try ImprintingEngine(model: l2norm)
    try await engine.train([daisies[0]], classID: 0)
    var coral = try await engine.model()
    coral.setMetadata(named: "imprint.sums", to: nil)

    let resumed = try ImprintingEngine(bytes: Bytes(coral.serialized().bytes()), keepClasses: true)
    #expect(await resumed.isImprinted(0))
    try await resumed.train([daisies[1]], classID: 0)
    let once = try ImprintingEngine(model: l2norm)
    try await once.train(daisies, classID: 0)
    let rows = try await [resumed, once].asyncMap { engine in
      let model = try await engine.model()
      return try #require(model.rows(of: ImprintingTail(of: model)).first).map(Int.init)
    }
    // The stored row was rounded to the kernel's quantisation steps.
    #expect(zip(rows[0], rows[1]).allSatisfy { abs($0 - $1) <= 1 })
  }

  @Test("Continuing a file of Coral's tools in several steps gives the same file as at once")
  func coralPieces() async throws {
    let daisies = try pictures("daisy", 0..<4)
    let engine = try ImprintingEngine(model: l2norm)
    try await engine.trainAll([[daisies[0]], [daisies[1]]])
    var coral = try await engine.model()
    coral.setMetadata(named: "imprint.sums", to: nil)
    let start = Bytes(try coral.serialized().bytes())

    let once = try ImprintingEngine(bytes: start, keepClasses: true)
    try await once.train([daisies[2], daisies[3]], classID: 0)
    try await once.train([daisies[3]], classID: 1)
    var file = start
    for (picture, id) in [(daisies[3], 0), (daisies[3], 1), (daisies[2], 0)] {
      let part = try ImprintingEngine(bytes: file, keepClasses: true)
      try await part.train([picture], classID: id)
      file = Bytes(try await bytes(part))
    }
    #expect(try await file == Bytes(bytes(once)))
  }

  @Test("The file does not depend on when names and the resize mode were set")
  func metadataOrder() async throws {
    let pictures = try pictures("iris", 0..<1)
    let late = try ImprintingEngine(model: extractor)
    try await late.train(pictures, classID: 0)
    let reopened = try ImprintingEngine(bytes: Bytes(await bytes(late)), keepClasses: true)
    await reopened.setResize(.crop)
    try await reopened.setName("iris", of: 0)
    let early = try ImprintingEngine(model: extractor)
    await early.setResize(.crop)
    try await early.train(pictures, classID: 0)
    try await early.setName("iris", of: 0)
    #expect(try await bytes(reopened) == bytes(early))
  }

  @Test("Setting the resize mode renews the cached classifier")
  func resizeOfClassifier() async throws {
    let engine = try ImprintingEngine(model: extractor)
    try await engine.train(try pictures("iris", 0..<1), classID: 0)
    #expect(try await engine.classifier().resize == .crop)
    await engine.setResize(.squash)
    #expect(try await engine.classifier().resize == .squash)
  }

  @Test("The extractor carries no labels and no description of classes")
  func bareExtractor() async throws {
    let engine = try ImprintingEngine(model: extractor)
    try await engine.train(try pictures("iris", 0..<1), classID: 0)
    try await engine.setName("iris", of: 0)
    let reopened = try ImprintingEngine(bytes: Bytes(await bytes(engine)), keepClasses: true)
    #expect(reopened.extractor.carriedLabels == nil)
    #expect(reopened.extractor.description == nil)
  }

  @Test("Ignores stored sums that contradict the rows or the description")
  func alteredRows() async throws {
    let engine = try ImprintingEngine(model: l2norm)
    try await engine.train(try pictures("daisy", 0..<2), classID: 0)
    var model = try await engine.model()
    #expect(model.imprintedClasses.first?.pictures == 2)
    // Another tool continued the training and copied our metadata, as Coral's tools do.
    model.description = "0 2.5\n"
    #expect(model.imprintedClasses.first?.pictures == nil)
    let resumed = try ImprintingEngine(bytes: Bytes(model.serialized().bytes()), keepClasses: true)
    try await resumed.train(try pictures("daisy", 2..<3), classID: 0)
    let norm = try #require(try await resumed.model().imprintedClasses.first?.norm)
    #expect(norm > 3)
  }

  @Test("Training with an embedding equals training with its picture")
  func embedding() async throws {
    let picture = try pictures("iris", 0..<1)
    let byPicture = try ImprintingEngine(model: l2norm)
    try await byPicture.train(picture, classID: 0)
    let byEmbedding = try ImprintingEngine(model: l2norm)
    let values = try await byEmbedding.embed(picture)[0].values
    try await byEmbedding.train(embedding: values, classID: 0)
    #expect(try await bytes(byEmbedding) == bytes(byPicture))
  }

  @Test("Calling trainAll again continues the same classes")
  func trainAllAgain() async throws {
    let lessons = try [pictures("iris", 0..<2), pictures("daisy", 0..<2)]
    let engine = try ImprintingEngine(model: l2norm)
    #expect(try await engine.trainAll(lessons.map { [$0[0]] }) == 0..<2)
    #expect(try await engine.trainAll(lessons.map { [$0[1]] }) == 0..<2)
    let once = try ImprintingEngine(model: l2norm)
    try await once.trainAll(lessons)
    #expect(try await bytes(engine) == bytes(once))
  }

  @Test("Classifies with the classes learnt so far")
  func classify() async throws {
    let engine = try ImprintingEngine(model: extractor)
    try await engine.trainAll([pictures("sunflower", 0..<5), pictures("snowdrop", 0..<5)])
    let picture = try pictures("snowdrop", 10..<11)[0]
    let best = try await engine.classify(picture)
    #expect(best.first?.id == 1)
    #expect(best.allSatisfy { $0.score >= 0.1 })
    #expect(try await engine.classify(tensor: picture.pixels, topK: 1) == Array(best.prefix(1)))
  }

  @Test("The serialised extractor gives the engine's embeddings")
  func extractorFile() async throws {
    let engine = try ImprintingEngine(model: extractor)
    let classifier = try Classifier(
      bytes: Bytes(engine.extractor.serialized().bytes()), execution: .exact)
    let file = Material.coralPicture("cat_test_0")
    var scores: [Float] = []
    try await classifier.scores([file]) { _, result in scores = try result.get() }
    var values: [Float] = []
    try await engine.embed([file]) { _, result in values = try result.get().values }
    #expect(scores == values)
    #expect(scores.count == 1024)
  }
}

@Suite("Errors of the imprinting engine")
struct ImprintingRefusalTests {
  let l2norm = Material.model("mobilenet_v1_1.0_224_l2norm_quant")

  private func picture(_ side: Int = 224) throws -> PixelTensor {
    try #require(PixelTensor(width: side, height: side, pixels: Array(repeating: 90, count: side * side * 3)))
  }

  @Test("Rejects class ids that leave a gap or are negative")
  func ids() async throws {
    let engine = try ImprintingEngine(model: l2norm, keepClasses: true)
    await #expect(throws: ImprintingError.classIDOutOfOrder(1002, next: 1001)) {
      try await engine.train([picture()], classID: 1002)
    }
    await #expect(throws: ImprintingError.classIDOutOfOrder(-1, next: 1001)) {
      try await engine.train([picture()], classID: -1)
    }
  }

  @Test("Rejects training a base class")
  func baseClass() async throws {
    let engine = try ImprintingEngine(model: l2norm, keepClasses: true)
    await #expect(throws: ImprintingError.baseClass(100, name: nil)) {
      try await engine.train([picture()], classID: 100)
    }
  }

  @Test("Rejects saving without any class")
  func noClasses() async throws {
    let engine = try ImprintingEngine(model: l2norm)
    await #expect(throws: ImprintingError.nothingLearnt) { try await engine.serialized() }
  }

  @Test("Rejects keeping the classes of a bare extractor")
  func extractorWithoutClasses() {
    #expect(throws: ImprintingError.noClassesToKeep) {
      try ImprintingEngine(
        model: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"), keepClasses: true)
    }
  }

  @Test(
    "Rejects classifiers without the tail, naming the operators found and needed",
    arguments: [
      "mobilenet_v1_1.0_224_quant", "mobilenet_v2_1.0_224_quant", "mobilenet_v2_1.0_224_inat_insect_quant",
    ])
  func noTail(model: String) throws {
    let error = #expect(throws: SurgeryError.self) { try ImprintingEngine(model: Material.model(model)) }
    let message = "\(try #require(error))"
    #expect(message.contains("→ SOFTMAX; use a"))
    #expect(message.contains("L2_NORMALIZATION → CONV_2D 1x1"))
  }

  @Test("Rejects a head without its base model")
  func headAlone() throws {
    let error = #expect(throws: SurgeryError.self) {
      try ImprintingEngine(model: Material.model("mobilenet_quant_v1_224_head_layers"))
    }
    #expect(error?.description.contains("it ends in CONV_2D → RESHAPE → SOFTMAX") == true)
  }

  @Test(
    "Rejects models compiled for the Edge TPU if there is no Edge TPU",
    arguments: ["mobilenet_v1_1.0_224_l2norm_quant_edgetpu", "mobilenet_quant_v1_224_feature_layers_edgetpu"])
  func edgeTPU(model: String) throws {
    let error = #expect(throws: InferenceError.self) { try ImprintingEngine(model: Material.model(model)) }
    #expect(try #require(error).code == .needsEdgeTPU)
  }

  @Test("Rejects a model that loads but cannot run")
  func cannotRun() {
    #expect(throws: SurgeryError.self) { try ImprintingEngine(model: Material.model("model_invoking_error")) }
    #expect(throws: InferenceError.noPictureInput(shape: [1, 3], type: "UINT8")) {
      try Classifier(contentsOf: Material.model("model_invoking_error"))
    }
  }

  @Test("Reports the runtime's message for an unknown operator")
  func unknownOperator() throws {
    var model = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let code = Int(model.subgraphs[0].operators[3].opcodeIndex)
    model.operatorCodes[code] = OperatorCode(custom: "no-such-operator")
    let bytes = Bytes(try model.serialized().bytes())
    let picture = [UInt8](repeating: 1, count: 128 * 128 * 3)
    let error = #expect(throws: LiteRTError.self) {
      try picture.withUnsafeBytes { try Classifier(bytes: bytes).classify(tensor: $0).classes }
    }
    #expect(error?.description.contains("no-such-operator") == true)
  }

  @Test("Damaged models give an error or an answer, never a crash", arguments: 0..<4)
  func damaged(part: Int) throws {
    let original = Array(try Bytes(mapping: Material.model("mobilenet_v1_0.25_128_quant")))
    var generator = SplitMix64(seed: UInt64(part))
    let runtime = try Runtime()
    let picture = [UInt8](repeating: 77, count: 128 * 128 * 3)
    var answers = 0
    for _ in 0..<60 {
      var bytes = original
      // The graph is at both ends of the file, the weights between them.
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let ends = [0..<20_000, (original.count - 40_000)..<original.count]
        let place = Int.random(in: ends.randomElement(using: &generator) ?? ends[0], using: &generator)
        bytes[place] = [0, 1, 2, 4, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      }
      do {
        let classifier = try Classifier(bytes: Bytes(bytes), execution: Execution(threads: 1, runtime: runtime))
        _ = try picture.withUnsafeBytes { try classifier.classify(tensor: $0) }
        answers += 1
      } catch {
        #expect("\(error)".count > 20)
      }
    }
    #expect((1...59).contains(answers))
  }

  @Test("Rejects a model that declares a smaller output than its operators produce")
  func claimedOutput() throws {
    var model = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let output = Int(model.subgraphs[0].outputs[0])
    for shape in [[1], [1, 7]] as [[Int32]] {
      model.subgraphs[0].tensors[output].shape = shape
      let bytes = Bytes(try model.serialized().bytes())
      let picture = [UInt8](repeating: 1, count: 128 * 128 * 3)
      let error = #expect(throws: LiteRTError.self) {
        try picture.withUnsafeBytes { try Classifier(bytes: bytes).classify(tensor: $0).classes }
      }
      #expect(error?.description.contains("produce [1, 1001]") == true, "\(String(describing: error))")
    }
  }

  @Test("Rejects a picture of another size and learns nothing")
  func size() async throws {
    let engine = try ImprintingEngine(model: l2norm)
    await #expect(
      throws: InferenceError.wrongPictureSize(width: 100, height: 100, expectedWidth: 224, expectedHeight: 224)
    ) { try await engine.train([picture(), picture(100)], classID: 0) }
    #expect(await engine.classCount == 0)
  }

  @Test("Rejects a class without pictures")
  func noPictures() async throws {
    let engine = try ImprintingEngine(model: l2norm)
    await #expect(throws: ImprintingError.noPictures) { try await engine.train([], classID: 0) }
    await #expect(throws: ImprintingError.noPictures) { try await engine.trainAll([[picture()], []]) }
    #expect(await engine.classCount == 0)
  }

  @Test("Rejects embeddings of another length or with NaN or infinite values")
  func embeddings() async throws {
    let engine = try ImprintingEngine(model: l2norm)
    await #expect(throws: EmbeddingError.wrongCount(count: 3, expected: 1024)) {
      try await engine.train(embedding: [1, 2, 3], classID: 0)
    }
    for bad in [Float.nan, .infinity] {
      await #expect(throws: EmbeddingError.notFinite) {
        try await engine.train(embedding: Array(repeating: bad, count: 1024), classID: 0)
      }
    }
    #expect(await engine.classCount == 0)
  }

  @Test("Rejects a tensor of another size and a topK below 1")
  func classify() async throws {
    let engine = try ImprintingEngine(model: l2norm)
    try await engine.train([picture()], classID: 0)
    await #expect(throws: InferenceError.wrongTensorSize(bytes: 3, expected: 224 * 224 * 3)) {
      try await engine.classify(tensor: [1, 2, 3])
    }
    await #expect(throws: EvaluationError.badTopK(0)) { try await engine.classify(picture(), topK: 0) }
  }
}

extension Array {
  /// Maps the elements one after another.
  func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
