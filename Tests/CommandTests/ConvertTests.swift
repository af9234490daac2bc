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

  /// Checks that the work failed with one clear sentence and that nothing was written.
  private func expectRefusal(_ contents: [UInt8], _ words: String) throws {
    let weights = folder.appending("weights")
    try Data(contents).write(to: weights)
    let outcome = try convert(weights)
    #expect(outcome.code == 1)
    #expect(outcome.output == "")
    #expect(outcome.complaints.hasPrefix("Error: ") && outcome.complaints.contains(words), "\(outcome.complaints)")
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }

  @Test("Files that are no weights, or weights of something else")
  func noWeights() throws {
    try expectRefusal([], "it is empty")
    try expectRefusal(Array("no weights at all".utf8), "no file of weights")
    let header = #"{"fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    try expectRefusal(
      [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0],
      "lack _conv_stem.weight, _bn0.weight")
  }

  @Test("A pickle that would call something is refused by name, and calls nothing")
  func harm() throws {
    let trace = folder.appending("trace")
    let start: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let facts: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]
    let command = Array("touch \(trace.path)".utf8)
    let call = Array("cposix\nsystem\n(X".utf8) + [UInt8(command.count), 0, 0, 0] + command + Array("tR.".utf8)
    try expectRefusal(start + facts + call, "posix.system")
    #expect(!FileManager.default.fileExists(atPath: trace.path))
  }

  @Test("Weights and places that are not there")
  func places() throws {
    let missing = folder.appending("missing.pth")
    let outcome = try convert(missing)
    #expect(outcome.code == 1)
    #expect(outcome.complaints.contains("missing.pth cannot be read"))
    let nowhere = try Imprint.run(
      "model", "convert", "--architecture", "efficientnet-lite0", missing.path, "-o",
      folder.appending("no/out.tflite").path)
    #expect(nowhere.code == 1)
    #expect(nowhere.complaints.contains("there is no folder"))
  }

  @Test("An architecture that is not known: the known ones are named")
  func architecture() throws {
    let outcome = try Imprint.run("model", "convert", "--architecture", "resnet50", "w.pth", "-o", output.path)
    #expect(outcome.code == 64)
    for name in ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"] {
      #expect(outcome.complaints.contains(name))
    }
  }

  @Test(
    "Real weights make a model that classifies; cut off, they are refused",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)),
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func real() throws {
    struct Report: Decodable {
      let architecture: String
      let side, weights, bytes: Int
      let model: String
    }
    let report = try convert(Material.weights, "--json").decoded(as: Report.self)
    #expect(report.architecture == "efficientnet-lite0")
    #expect(report.side == 224)
    // With what the normalisations have measured.
    #expect(report.weights == 4_694_024)
    #expect(report.bytes == (try output.resourceValues(forKeys: [.fileSizeKey])).fileSize)
    let hen = Material.imagenetSample.appending(path: "0008_hen.jpg")
    let answer = try Imprint.run("classify", "--model", report.model, "--top-k", "1", hen.path)
    #expect(answer.code == 0)
    #expect(answer.output.contains("  8 "), "\(answer.output)")
    try FileManager.default.removeItem(at: output)
    let whole = try Data(contentsOf: Material.weights)
    for length in [20, 30_000, 45_000, 60_000, whole.count - 1] {
      try expectRefusal(Array(whole.prefix(length)), "cut off")
    }
  }
}
