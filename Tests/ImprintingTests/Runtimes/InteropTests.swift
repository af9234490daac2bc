import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Rewritten model files in the runtime")
struct RoundTripTests {
  @Test(
    "A model that is read and written again gives the same scores for every picture",
    arguments: [
      "mobilenet_v1_0.25_128_quant", "mobilenet_v1_1.0_224_quant", "mobilenet_v1_1.0_224_l2norm_quant",
      "mobilenet_v1_1.0_224_quant_embedding_extractor", "mobilenet_v2_1.0_224_quant",
      "mobilenet_v2_1.0_224_inat_insect_quant",
    ])
  func identical(name: String) async throws {
    let file = Material.model(name)
    let before = try Classifier(contentsOf: file)
    let after = try Classifier(bytes: Bytes(Model(contentsOf: file).serialized().bytes()))
    for picture in try PictureFiles.pictures(at: Material.root.appending(path: "images")) {
      #expect(try await scores(before, picture) == scores(after, picture), "\(picture.lastPathComponent)")
    }
  }

  private func scores(_ classifier: Classifier, _ picture: URL) async throws -> [Float] {
    var found: [Float] = []
    try await classifier.scores([picture]) { _, result in found = try result.get() }
    return found
  }
}

@Suite(
  "Written models in LiteRT's Python interpreter",
  .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct InteropTests {
  private let script = """
    import sys, json, numpy as np
    from ai_edge_litert.interpreter import Interpreter
    it = Interpreter(sys.argv[1])
    it.allocate_tensors()
    i, o = it.get_input_details()[0], it.get_output_details()[0]
    answers = []
    for path in sys.argv[2:]:
        it.set_tensor(i["index"], np.fromfile(path, np.uint8).reshape(i["shape"]))
        it.invoke()
        scale, zero = o["quantization"]
        answers.append(((it.get_tensor(o["index"]).reshape(-1).astype(np.float32) - zero) * np.float32(scale)).tolist())
    print(json.dumps(answers))
    """

  @Test(
    "LiteRT's Python interpreter gives the same scores as Classifier",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    arguments: [
      ("mobilenet_v1_1.0_224_quant_embedding_extractor", false), ("mobilenet_v1_1.0_224_l2norm_quant", false),
      ("mobilenet_v1_1.0_224_l2norm_quant", true),
    ])
  func taught(model: String, keepClasses: Bool) async throws {
    let folder = try TemporaryFolder()
    let engine = try ImprintingEngine(model: Material.model(model), keepClasses: keepClasses)
    try await engine.trainAll(CoralGolden.lessons.map { try $0.map(CoralGolden.picture) })
    let written = folder.appending("taught.tflite")
    try await engine.save(to: written)

    let classifier = try Classifier(contentsOf: written)
    let names = ["cat_test_0", "dog_test_0", "hotdog_test_0"]
    var inputs: [String] = []
    var classifierScores: [[Float]] = []
    for name in names {
      let picture = try CoralGolden.picture(name)
      let input = folder.appending(name)
      try Data(picture.pixels).write(to: input)
      inputs.append(input.path)
      let ranked = try await classifier.classify(picture, topK: classifier.classCount).classes
      classifierScores.append(ranked.sorted { $0.id < $1.id }.map(\.score))
    }
    let printed = try Python.run(script, [written.path] + inputs)
    let pythonScores = try JSONDecoder().decode([[Float]].self, from: Data(printed.utf8))
    #expect(pythonScores == classifierScores)
  }
}
