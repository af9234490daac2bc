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

  @Test("A classifier becomes one that can be taught: adapted, inspected, taught beside its classes")
  func adapted() throws {
    let outcome = try adapt(small)
    #expect(outcome.code == 0)
    #expect(outcome.complaints == "")
    #expect(outcome.output.contains("a classifier: CONV_2D, 1001 classes on 256 features"))
    #expect(
      try Imprint.run("inspect", output.path).output.contains(
        "imprinted layout: 1001 classes, embeddings of 257 elements"))

    let data = try Flowers.folder([("daisy", "daisy", 0..<6), ("iris", "iris", 0..<6)], in: folder)
    let taught = folder.appending("taught.tflite")
    let lesson = try Imprint.run(
      "train", "--model", output.path, "--keep-classes", "--data", data.path, "--output", taught.path)
    #expect(lesson.code == 0, "\(lesson.complaints)")
    #expect(try Imprint.run("inspect", taught.path).output.contains("linear: 2 classes beside 1001 kept ones"))

    // To go on with them, the way leads over the base.
    let more = ["--keep-classes", "--data", data.path, "--output", taught.path]
    let refused = try Imprint.run(["train", "--model", taught.path] + more)
    #expect(refused.code == 64)
    #expect(refused.complaints.contains("--from"), "\(refused.complaints)")
    let again = try Imprint.run(
      ["train", "--model", output.path, "--from", folder.appending("taught.embeddings").path] + more)
    #expect(again.code == 0, "\(again.complaints)")
  }

  @Test("Pictures for calibration are measured; the result is told as JSON")
  func calibrated() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    let report = try adapt(small, "--calibration", data.path, "--json").decoded(as: Report.self)
    #expect(report.head == "CONV_2D")
    #expect(report.classes == 1001)
    #expect(report.features == 256)
    #expect(report.scale > 1)
    #expect(try #require(report.featureNorm) > 10)
  }

  @Test("Coral's layout comes with a warning of what it costs")
  func coral() throws {
    let outcome = try adapt(small, "--layout", "coral")
    #expect(outcome.code == 0)
    #expect(outcome.complaints.hasPrefix("Warning: "))
    #expect(outcome.complaints.contains("drops the biases"))
    #expect(try Imprint.run("inspect", output.path).output.contains("embeddings of 256 elements, scale 20.8, UINT8"))
  }

  @Test("An extractor gets an empty head, and there are no classes to keep of it")
  func extractor() throws {
    #expect(try adapt(Flowers.extractor).output.contains("an embedding extractor with 1024 features"))
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    let lesson = try Imprint.run(
      "train", "--model", output.path, "--keep-classes", "--data", data.path, "--output", output.path)
    #expect(lesson.code == 1)
    #expect(lesson.complaints.contains("no classes to keep"))
  }

  @Test("What cannot be adapted is refused in a sentence, and nothing is written")
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
      #expect(outcome.complaints.hasPrefix("Error: "))
      #expect(outcome.complaints.contains(words), "\(outcome.complaints)")
    }
    #expect(!FileManager.default.fileExists(atPath: output.path))
    #expect(try adapt(small, "--layout", "int4").code == 64)
  }
}
