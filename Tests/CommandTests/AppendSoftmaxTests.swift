import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("'model append-softmax'")
struct AppendSoftmaxTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func weights(_ named: [(String, [Int])]) throws -> String {
    let file = folder.appending("head.safetensors")
    let tensors = try named.map { name, shape in
      let count = shape.reduce(1, *)
      return (name: name, tensor: try #require(WeightTensor(shape: shape, (0..<count).map { Float($0 % 7) / 100 })))
    }
    let pieces = try NamedWeights(tensors).safetensors(metadata: [:])
    try Data(pieces.flatMap { Array($0) }).write(to: file)
    return file.path
  }

  @Test("Appends the layer with its labels, and the model classifies")
  func appended() throws {
    let output = folder.appending("classifier.tflite")
    let labels = folder.appending("names.txt")
    try Data("red\ngreen\nblue\n".utf8).write(to: labels)
    let result = try Imprint.run(
      "model", "append-softmax", Flowers.extractor, "--weights", weights([("weights", [3, 1024]), ("biases", [3])]),
      "--logits=-5,5", "--labels", labels.path, "-o", output.path)
    #expect(result.code == 0, "\(result.stderr)")
    let picture = try Flowers.pictures(of: "daisy", 3..<4)[0].path
    let answer = try Imprint.run("classify", "--model", output.path, picture)
    #expect(answer.code == 0 && answer.output.contains("blue"), "\(answer.stderr)")
  }

  @Test(
    "Refuses files without the tensors and tensors that do not fit, and writes nothing",
    arguments: [
      ([("w", [3, 1024]), ("biases", [3])], "'weights'"), ([("weights", [3, 1024]), ("biases", [4])], "[classes]"),
      ([("weights", [3, 7]), ("biases", [3])], "bytes of weights"),
      ([("weights", [3072]), ("biases", [3])], "[classes, elements]"),
    ])
  func refused(tensors: [(String, [Int])], words: String) throws {
    let output = folder.appending("classifier.tflite")
    let result = try Imprint.run(
      "model", "append-softmax", Flowers.extractor, "--weights", weights(tensors), "-o", output.path)
    #expect(result.code != 0 && result.stderr.contains(words), "\(result.stderr)")
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }
}
