import Foundation
import TestMaterial
import Testing

@Suite("The adapt command")
struct AdaptTests {
  private let folder: TemporaryFolder
  private let small = Material.model("mobilenet_v1_0.25_128_quant").path

  init() throws { folder = try TemporaryFolder() }

  private var output: URL { folder.appending("out.tflite") }

  private func adapt(_ model: String, _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(after: "true", ["model", "adapt", model, "-o", output.path] + options)
  }

  private struct Report: Decodable {
    let head: String?
    let classes: Int
    let features: Int
    let scale: Float
    let featureNorm: Float?
  }

  @Test("Adapts a classifier to which 'train' then adds classes")
  func adapted() throws {
    let outcome = try adapt(small)
    #expect(outcome.code == 0)
    #expect(outcome.stderr == "")
    #expect(outcome.output.contains("a classifier: CONV_2D, 1001 classes on 256 features"))
    #expect(
      try Imprint.run("inspect", output.path).output.contains(
        "imprinted layout: 1001 classes, embeddings of 257 elements"))

    let data = try Flowers.folder([("daisy", "daisy", 0..<6), ("iris", "iris", 0..<6)], in: folder)
    let trained = folder.appending("trained.tflite")
    let training = try Imprint.run(
      "train", "--model", output.path, "--keep-classes", "--data", data.path, "--output", trained.path)
    #expect(training.code == 0, "\(training.stderr)")
    #expect(try Imprint.run("inspect", trained.path).output.contains("linear: 2 classes beside 1001 kept ones"))

    // Training the result once more needs the adapted base and its embeddings.
    let more = ["--keep-classes", "--data", data.path, "--output", trained.path]
    let refused = try Imprint.run(["train", "--model", trained.path] + more)
    #expect(refused.code == 64)
    #expect(refused.stderr.contains("--from"), "\(refused.stderr)")
    let again = try Imprint.run(
      ["train", "--model", output.path, "--from", folder.appending("trained.embeddings").path] + more)
    #expect(again.code == 0, "\(again.stderr)")
  }

  @Test("Measures the calibration pictures, and reports as JSON")
  func calibrated() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    let report = try adapt(small, "--calibration", data.path, "--json").decoded(as: Report.self)
    #expect(report.head == "CONV_2D")
    #expect(report.classes == 1001)
    #expect(report.features == 256)
    #expect(report.scale > 1)
    #expect(try #require(report.featureNorm) > 10)
  }

  @Test(
    "Warns that Coral's layout drops the biases", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func coral() throws {
    let outcome = try adapt(small, "--layout", "coral")
    #expect(outcome.code == 0)
    #expect(outcome.stderr.hasPrefix("Warning: "))
    #expect(outcome.stderr.contains("drops the biases"))
    #expect(try Imprint.run("inspect", output.path).output.contains("embeddings of 256 elements, scale 20.8, UINT8"))
  }

  @Test("Adapts an extractor to a model without classes to keep")
  func extractor() throws {
    #expect(try adapt(Flowers.extractor).output.contains("an embedding extractor with 1024 features"))
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    let training = try Imprint.run(
      "train", "--model", output.path, "--keep-classes", "--data", data.path, "--output", output.path)
    #expect(training.code == 1)
    #expect(training.stderr.contains("no classes to keep"))
  }

  @Test("Rejects what cannot be adapted with one message, and writes nothing")
  func refused() throws {
    let empty = folder.appending("empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    let refusals: [(Imprint.Outcome, String)] = [
      (try adapt(Flowers.l2norm), "has the imprinting tail already"),
      (try adapt(Material.model("mobilenet_quant_v1_224_head_layers").path), "a head without the network before it"),
      (try adapt(Material.model("model_invoking_error").path), "a single vector is needed"),
      (try adapt(folder.appending("none.tflite").path), "none.tflite"),
      (try adapt(small, "--calibration", empty.path), "no picture"),
      (try adapt(small, "--calibration", folder.appending("none").path), "none"),
    ]
    for (outcome, words) in refusals {
      #expect(outcome.code == 1)
      #expect(outcome.output == "")
      #expect(outcome.stderr.hasPrefix("Error: "))
      #expect(outcome.stderr.contains(words), "\(outcome.stderr)")
    }
    #expect(!FileManager.default.fileExists(atPath: output.path))
    #expect(try adapt(small, "--layout", "int4").code == 64)
  }
}
