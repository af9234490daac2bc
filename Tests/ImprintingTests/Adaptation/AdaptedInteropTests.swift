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
  "Adapted models in LiteRT's Python interpreter",
  .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct AdaptedInteropTests {
  private let script = """
    import sys, json, numpy as np
    from ai_edge_litert.interpreter import Interpreter
    it = Interpreter(sys.argv[1])
    it.allocate_tensors()
    i, o = it.get_input_details()[0], it.get_output_details()[0]
    it.set_tensor(i["index"], np.fromfile(sys.argv[2], np.uint8).reshape(i["shape"]))
    it.invoke()
    scores = it.get_tensor(o["index"]).reshape(-1).astype(np.float32)
    scale, zero = o["quantization"]
    print(json.dumps(((scores - zero) * np.float32(scale) if scale else scores).tolist()))
    """

  @Test(
    "LiteRT's Python interpreter gives the same scores as Classifier",
    arguments: [
      ("mobilenet_v1_0.25_128_quant", TailLayout.float), ("mobilenet_v1_0.25_128_quant", .coral),
      ("mobilenet_v2_1.0_224_inat_insect_quant", .float),
    ])
  func scores(name: String, layout: TailLayout) async throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("adapted.tflite")
    try Adaptation(of: Model(contentsOf: Material.model(name))).model(layout: layout).serialized().write(to: file)
    let classifier = try Classifier(contentsOf: file, execution: .exact)
    let (width, height) = (classifier.input.width, classifier.input.height)
    let picture = try PictureReader(width: width, height: height).read(Material.coralPicture("cat_test_0"))
    let input = folder.appending("input")
    try Data(picture.pixels).write(to: input)
    let printed = try Python.run(script, [file.path, input.path])
    let pythonScores = try JSONDecoder().decode([Float].self, from: Data(printed.utf8))
    let ranked = try await classifier.classify(picture, topK: classifier.classCount).classes
    let classifierScores = ranked.sorted { $0.id < $1.id }.map(\.score)
    #expect(classifierScores.count == pythonScores.count)
    for (left, right) in zip(classifierScores, pythonScores) { #expect(abs(left - right) <= 1e-5) }
  }
}
