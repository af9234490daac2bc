import Foundation
import TestMaterial
import Testing

@Suite("Converting weights")
struct ConvertTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var output: URL { folder.appending("out.tflite") }

  private func convert(_ weights: URL, _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(
      after: "true",
      ["model", "convert", "--architecture", "efficientnet-lite0", weights.path, "-o", output.path] + options)
  }

  /// Checks that the command rejects weights with an error that contains the words, and writes nothing.
  private func expectRefusal(_ contents: [UInt8], _ words: String) throws {
    let weights = folder.appending("weights")
    try Data(contents).write(to: weights)
    let outcome = try convert(weights)
    #expect(outcome.code == 1)
    #expect(outcome.output == "")
    #expect(outcome.stderr.hasPrefix("Error: ") && outcome.stderr.contains(words), "\(outcome.stderr)")
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }

  @Test("Rejects files without weights, and weights of something else")
  func noWeights() throws {
    try expectRefusal([], "it is empty")
    try expectRefusal(Array("no weights at all".utf8), "not a file of weights")
    let header = #"{"fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    try expectRefusal(
      [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0],
      "lack _conv_stem.weight, _bn0.weight")
  }

  @Test("Rejects a pickle that would call a function, names the function, and does not call it")
  func harm() throws {
    let trace = folder.appending("trace")
    let start: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let facts: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]
    let command = Array("touch \(trace.path)".utf8)
    let call = Array("cposix\nsystem\n(X".utf8) + [UInt8(command.count), 0, 0, 0] + command + Array("tR.".utf8)
    try expectRefusal(start + facts + call, "posix.system")
    #expect(!FileManager.default.fileExists(atPath: trace.path))
  }

  @Test("Rejects missing weights and a missing output folder")
  func places() throws {
    let missing = folder.appending("missing.pth")
    let outcome = try convert(missing)
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("missing.pth cannot be read"))
    let nowhere = try Imprint.run(
      "model", "convert", "--architecture", "efficientnet-lite0", missing.path, "-o",
      folder.appending("no/out.tflite").path)
    #expect(nowhere.code == 1)
    #expect(nowhere.stderr.contains("there is no folder"))
  }

  @Test("Lists the known architectures for an unknown one")
  func architecture() throws {
    let outcome = try Imprint.run("model", "convert", "--architecture", "resnet50", "w.pth", "-o", output.path)
    #expect(outcome.code == 64)
    for name in ["efficientnet-lite0", "efficientnet-lite2", "mobilenet-v1-1.0", "mobilenet-v1-0.25"] {
      #expect(outcome.stderr.contains(name))
    }
  }

  @Test("Converts weights named as in TensorFlow's Slim")
  func slim() throws {
    var shapes: [(name: String, shape: [Int])] = []
    func add(_ layer: String, _ weights: String, _ shape: [Int], channels: Int) {
      shapes.append(("\(layer)/\(weights)", shape))
      for part in ["gamma", "beta", "moving_mean", "moving_variance"] {
        shapes.append(("\(layer)/BatchNorm/\(part)", [channels]))
      }
    }
    add("Conv2d_0", "weights", [3, 3, 3, 8], channels: 8)
    let widths = [8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256]
    for (place, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      add("Conv2d_\(place + 1)_depthwise", "depthwise_weights", [3, 3, inputs, 1], channels: inputs)
      add("Conv2d_\(place + 1)_pointwise", "weights", [1, 1, inputs, outputs], channels: outputs)
    }
    shapes += [("Logits/Conv2d_1c_1x1/weights", [1, 1, 256, 1001]), ("Logits/Conv2d_1c_1x1/biases", [1001])]
    var size = 0
    let entries = shapes.map { name, shape in
      defer { size += 4 * shape.reduce(1, *) }
      return #""MobilenetV1/\#(name)":{"dtype":"F32","shape":\#(shape),"#
        + #""data_offsets":[\#(size),\#(size + 4 * shape.reduce(1, *))]}"#
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let weights = folder.appending("slim.safetensors")
    try Data(length + header + Array(repeating: 0, count: size)).write(to: weights)
    let outcome = try Imprint.run(
      "model", "convert", "--architecture", "mobilenet-v1-0.25", weights.path, "-o", output.path)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.output.hasPrefix("Converted 0.5 million weights of mobilenet-v1-0.25\n"), "\(outcome.output)")
    let other = try Imprint.run(
      "model", "convert", "--architecture", "mobilenet-v1-0.5", weights.path, "-o", folder.appending("b.tflite").path)
    #expect(other.code == 1)
    #expect(other.stderr.contains(#""Conv2d_0.weight" has the shape [8, 3, 3, 3]"#), "\(other.stderr)")
  }

  @Test(
    "Converts real weights to a model that classifies, and rejects them when cut off",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func real() throws {
    struct Report: Decodable {
      let architecture: String
      let side, weights, bytes: Int
      let model: String
    }
    let report = try convert(Material.weights, "--json").decoded(as: Report.self)
    #expect(report.architecture == "efficientnet-lite0")
    #expect(report.side == 224)
    // Includes the means and variances of the normalisations.
    #expect(report.weights == 4_694_024)
    #expect(report.bytes == (try output.resourceValues(forKeys: [.fileSizeKey])).fileSize)
    let hen = Material.imagenetSample.appending(path: "0008_hen.jpg")
    let answer = try Imprint.run("classify", "--model", report.model, "--top-k", "1", hen.path)
    #expect(answer.code == 0)
    #expect(answer.output.contains("  8 "), "\(answer.output)")
    try FileManager.default.removeItem(at: output)
    let complete = try Data(contentsOf: Material.weights)
    for length in [20, 30_000, 45_000, 60_000, complete.count - 1] {
      try expectRefusal(Array(complete.prefix(length)), "cut off")
    }
  }
}
