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
  "The converted default model",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
  .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
struct ConvertedModelTests {
  private static func converted() throws -> Bytes {
    let weights = try NamedWeights(contentsOf: Material.weights)
    return Bytes(try Architecture.efficientNetLite0.model(weights: weights).serialized().bytes())
  }

  @Test("Top-1 accuracy on the ImageNet sample is at least 86.5 %")
  func accuracy() async throws {
    let classifier = try Classifier(bytes: try Self.converted(), resize: .crop(fraction: 0.875))
    let pictures = try PictureFiles.pictures(at: Material.imagenetSample)
    try #require(pictures.count == 500)
    var right = 0
    try await classifier.answers(pictures, topK: 1) { index, result in
      // The file names begin with the class: 0008_hen.jpg.
      if try result.get().best?.id == Int(pictures[index].lastPathComponent.prefix(4)) { right += 1 }
    }
    #expect(Double(right) / 500 >= 0.865, "\(right) of 500")
  }

  @Test(
    "LiteRT's Python interpreter gives the same scores",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func interop() async throws {
    let script = """
      import sys, json, numpy as np
      from ai_edge_litert.interpreter import Interpreter
      run = Interpreter(sys.argv[1]).get_signature_runner("serving_default")
      for path in sys.argv[2:]:
          picture = np.fromfile(path, np.uint8).reshape(1, 224, 224, 3).astype(np.float32)
          print(json.dumps(run(image=(picture - np.float32(127.5)) / np.float32(127.5))["scores"][0].tolist()))
      """
    let folder = try TemporaryFolder()
    let model = try Self.converted()
    let written = folder.appending("lite0.tflite")
    try Data(model).write(to: written)
    let classifier = try Classifier(bytes: model)
    let reader = try PictureReader(width: 224, height: 224)
    let pictures = try PictureFiles.pictures(at: Material.imagenetSample).enumerated().filter { $0.offset % 50 == 0 }
    var inputs: [String] = []
    var rankings: [[Classification]] = []
    for (number, file) in pictures {
      let picture = try reader.read(file)
      let input = folder.appending("\(number)")
      try Data(picture.pixels).write(to: input)
      inputs.append(input.path)
      rankings.append(try await classifier.classify(picture, topK: 5).classes)
    }
    let lines = try Python.run(script, [written.path] + inputs).split(separator: "\n")
    try #require(lines.count == 10)
    for (line, classes) in zip(lines, rankings) {
      let pythonScores = try JSONDecoder().decode([Float].self, from: Data(line.utf8))
      #expect(pythonScores.indices.max { pythonScores[$0] < pythonScores[$1] } == classes.first?.id)
      for found in classes { #expect(abs(pythonScores[found.id] - found.score) < 1e-4) }
    }
  }
}
