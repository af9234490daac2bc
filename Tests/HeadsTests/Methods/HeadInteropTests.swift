import Foundation
@testable import Heads
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Solved heads in other runtimes", .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct HeadInteropTests {
  private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -2...2, using: &generator) }
  }

  /// Returns a model with two heads, several rows per class and the signed root: it has every operator a head can have.
  private static func model(_ encoding: ElementEncoding) throws -> Model {
    let base = try LinearHead(
      transform: .root, dimension: 12, weights: numbers(36, 1), biases: numbers(3, 2))
    let added = try LinearHead(
      transform: .signedRoot, dimension: 12, rowsPerClass: 2, weights: numbers(48, 3), biases: numbers(4, 4))
    let novelty = try NoveltyScore(
      mean: numbers(12, 5).map { $0 / 10 }, directions: [1] + Array(repeating: 0, count: 11), shares: [0.5],
      lambda: 0.5,
      discriminants: numbers(24, 6), lengths: [1, 2])
    return try SmallExtractor.model(encoding).appending(base).appending(
      added, novelty: novelty, calibration: BaseClassCalibration(offset: 2, slope: 0.5))
  }

  private static let script = """
    model.allocate_tensors()
    i, o = model.get_input_details()[0], model.get_output_details()[0]
    answers = []
    for seed in range(4):
        picture = np.random.RandomState(seed).randint(-128 if i["dtype"] == np.int8 else 0, 128, i["shape"])
        model.set_tensor(i["index"], (picture * (seed > 0)).astype(i["dtype"]))
        model.invoke()
        answers.append(model.get_tensor(o["index"]).ravel().tolist())
    print(json.dumps(answers))
    """

  private static func answers(_ runtime: String, _ file: URL, executable: URL = Python.executable) throws -> [[Float]] {
    let opening = "import json, sys\nimport numpy as np\n\(runtime)\nmodel = Interpreter(sys.argv[1])\n"
    return try JSONDecoder().decode(
      [[Float]].self, from: Data(try Python.run(opening + script, [file.path], executable: executable).utf8))
  }

  @Test(
    "LiteRT and TensorFlow Lite of 2023 give the same scores, with a sum of 1, even for an embedding of zeros",
    .enabled(if: Python.hasOlderRuntime, Comment(rawValue: Python.olderNeed)),
    arguments: [
      ElementEncoding.uint8(scale: 0.02, zeroPoint: 0), .int8(scale: 0.02, zeroPoint: 3), .float32,
    ])
  func same(encoding: ElementEncoding) throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try Self.model(encoding).serialized().write(to: file)
    let newer = try Self.answers("from ai_edge_litert.interpreter import Interpreter", file)
    let older = try Self.answers(
      "from tflite_runtime.interpreter import Interpreter", file, executable: Python.olderExecutable)
    #expect(newer.count == 4 && older.count == 4)
    for (one, other) in zip(newer, older) {
      #expect(one.count == 5 && other.count == 5)
      #expect(abs(one.reduce(0, +) - 1) < 1e-5, "\(one)")
      for (mine, theirs) in zip(one, other) { #expect(abs(mine - theirs) < 1e-4, "\(one) \(other)") }
    }
  }

  @Test(
    "TensorFlow Lite Micro runs every operator and gives the same scores",
    .enabled(if: Python.hasMicro, Comment(rawValue: Python.microNeed)))
  func micro() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try Self.model(.int8(scale: 0.02, zeroPoint: 3)).serialized().write(to: file)
    let newer = try Self.answers("from ai_edge_litert.interpreter import Interpreter", file)
    let script =
      Python.standIns + """
        import json
        import numpy as np
        from tflite_micro import runtime
        model = runtime.Interpreter.from_file(sys.argv[1])
        i = model.get_input_details(0)
        answers = []
        for seed in range(4):
            picture = np.random.RandomState(seed).randint(-128, 128, i["shape"])
            model.set_input((picture * (seed > 0)).astype(np.int8), 0)
            model.invoke()
            answers.append(model.get_output(0).ravel().tolist())
        print(json.dumps(answers))
        """
    let small = try JSONDecoder().decode([[Float]].self, from: Data(try Python.run(script, [file.path]).utf8))
    for (one, other) in zip(newer, small) {
      for (mine, theirs) in zip(one, other) { #expect(abs(mine - theirs) < 2e-2, "\(one) \(other)") }
    }
  }
}
