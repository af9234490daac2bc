import Foundation
import Heads
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

/// Compares rewritten models with their originals in other runtimes.
@Suite(
  "Rewritten models in other runtimes")
struct RequantizedRuntimesTests {
  private static let models = [
    "mobilenet_v1_1.0_224_quant", "mobilenet_v1_1.0_224_l2norm_quant", "mobilenet_v2_1.0_224_inat_insect_quant",
    "mobilenet_v1_0.25_128_quant",
  ]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes a model unchanged, rewritten, and rewritten with int8 inputs and outputs.
  private func forms(of name: String) throws -> [String] {
    let model = try Model(contentsOf: Material.model(name))
    let forms = try [model] + [.kept, .signed].map { try Requantization(model, interface: $0).model }
    return try forms.enumerated().map { number, form in
      let file = folder.appending("\(number).tflite")
      try form.serialized().write(to: file)
      return file.path
    }
  }

  /// Writes pictures of a model's input size.
  private func pictures(for name: String) throws -> [String] {
    let side = name.contains("128") ? 128 : 224
    let reader = try PictureReader(width: side, height: side)
    return try ["cat_test_0", "dog_test_0"].map { name in
      let file = folder.appending(name)
      try Data(reader.read(Material.coralPicture(name)).pixels).write(to: file)
      return file.path
    }
  }

  /// Checks that the outputs of all forms agree. The printed scores, less their zero point, are ordered by form and picture.
  private func expectAlike(_ printed: String, _ name: String) throws {
    let scores = try JSONDecoder().decode([[[Float]]].self, from: Data(printed.utf8))
    #expect(scores.count == 3 && scores.allSatisfy { $0.count == 2 })
    // Coral's tail stays uint8 in the second form. Otherwise int8 values equal the uint8 ones less 128.
    #expect(name.contains("l2norm") || scores[1] == scores[2])
    for (one, other) in zip(scores[0] + scores[0], scores[1] + scores[2]) {
      let dot = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
      let lengths = [one, other].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      #expect(dot / (lengths[0] * lengths[1]) > 0.97)
      #expect(one.firstIndex(of: one.max() ?? 0) == other.firstIndex(of: other.max() ?? 0))
    }
  }

  @Test(
    "Rewritten models agree with their originals in TensorFlow Lite 2.14",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Python.hasOlderRuntime, Comment(rawValue: Python.olderNeed)), arguments: models)
  func older(name: String) throws {
    let script = """
      import sys, json, numpy as np
      from tflite_runtime.interpreter import Interpreter
      answers = []
      for path in sys.argv[1:4]:
          it = Interpreter(path)
          it.allocate_tensors()
          i, o = it.get_input_details()[0], it.get_output_details()[0]
          found = []
          for path in sys.argv[4:]:
              pixels = np.fromfile(path, np.uint8).reshape(i["shape"])
              it.set_tensor(i["index"], (pixels ^ 0x80).view(np.int8) if i["dtype"] == np.int8 else pixels)
              it.invoke()
              scores = it.get_tensor(o["index"]).reshape(-1).astype(int)
              found.append((scores - o["quantization"][1]).tolist())
          answers.append(found)
      print(json.dumps(answers))
      """
    try expectAlike(
      Python.run(script, forms(of: name) + pictures(for: name), executable: Python.olderExecutable), name)
  }

  @Test(
    "int8 models in TensorFlow Lite Micro, which lacks uint8 kernels, agree with the originals in LiteRT",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Python.hasMicro, Comment(rawValue: Python.microNeed)), arguments: models)
  func micro(name: String) throws {
    let script =
      Python.standIns + """
        import json, numpy as np
        from ai_edge_litert.interpreter import Interpreter
        from tflite_micro import runtime
        def litert(path):
            it = Interpreter(path)
            it.allocate_tensors()
            i, o = it.get_input_details()[0], it.get_output_details()[0]
            def run(pixels):
                pixels = pixels.reshape(i["shape"])
                it.set_tensor(i["index"], (pixels ^ 0x80).view(np.int8) if i["dtype"] == np.int8 else pixels)
                it.invoke()
                return it.get_tensor(o["index"]).reshape(-1).astype(int) - o["quantization"][1]
            return run
        def micro(path):
            it = runtime.Interpreter.from_file(path, arena_size=1 << 24)
            i, o = it.get_input_details(0), it.get_output_details(0)
            def run(pixels):
                it.set_input((pixels.reshape(i["shape"]) ^ 0x80).view(np.int8), 0)
                it.invoke()
                return it.get_output(0).reshape(-1).astype(int) + 128
            return run
        pictures = [np.fromfile(path, np.uint8) for path in sys.argv[4:]]
        runs = [litert(sys.argv[1]), micro(sys.argv[3]), micro(sys.argv[3])]
        print(json.dumps([[run(picture).tolist() for picture in pictures] for run in runs]))
        """
    try expectAlike(Python.run(script, forms(of: name) + pictures(for: name)), name)
  }
}
