import Foundation
import TestMaterial
import Testing

@Suite("imprint frigate")
struct FrigateTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Report: Decodable {
    struct Rate: Decodable {
      let threshold, answered: Double
    }

    struct Attempt: Decodable {
      let picture, label: String
      let score: Double
      let before: String?
      let isChanged: Bool?
    }

    let thresholds: [Rate]
    let review: [Attempt]
    let backups: [String]
  }

  private func frigate(_ arguments: String...) throws -> Imprint.Outcome {
    try Imprint.run(["frigate", "--model", Flowers.extractor] + arguments)
  }

  private func dataset() throws -> URL {
    try Flowers.folder([("iris", "iris", 0..<6), ("none", "daisy", 0..<6)], in: folder, named: "clips/x/dataset")
  }

  private var modelFolder: URL { folder.appending("config/model_cache/x") }

  @Test("Trains on the class folders, WebP too, and writes both files into a new folder")
  func trains() throws {
    let data = try dataset()
    // 16x16 pixels of red and blue.
    let webP = "UklGRkAAAABXRUJQVlA4TDMAAAAvD8ACADkCSVu87Y/of3wXdY/+B4QEhBf+r9XkiRAIEMLcExYEkzTVdgyiPF6aUic7ZwAA"
    try #require(Data(base64Encoded: webP)).write(to: data.appending(path: "none/extra.webp"))
    let outcome = try frigate(data.path, "--model-dir", modelFolder.path)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.output.contains("Learnt 2 classes from 13 pictures"))
    #expect(outcome.output.contains("Leave-one-out accuracy"))
    #expect(outcome.output.contains("  Frigate's default"))
    #expect(try String(contentsOf: modelFolder.appending(path: "labelmap.txt"), encoding: .utf8) == "iris\nnone\n")
    let first = try Data(contentsOf: modelFolder.appending(path: "model.tflite"))
    #expect(try frigate(folder.appending("clips/x").path, "--model-dir", modelFolder.path).code == 0)
    #expect(try Data(contentsOf: modelFolder.appending(path: "model.tflite")) == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: modelFolder.path).count == 2)
  }

  @Test("Reviews what Frigate classified since, the least certain first, and keeps its model as a backup")
  func review() throws {
    let data = try dataset()
    let train = folder.appending("clips/x/train")
    try FileManager.default.createDirectory(at: train, withIntermediateDirectories: true)
    for (place, file) in try Flowers.pictures(of: "iris", 20..<23).enumerated() {
      try FileManager.default.copyItem(at: file, to: train.appending(path: "1.5-ab-\(place).25-none-0.6.webp"))
    }
    try Data("garbage".utf8).write(to: train.appending(path: "1.5-ab-9.25-none-0.6.webp"))
    try FileManager.default.createDirectory(at: modelFolder, withIntermediateDirectories: true)
    try Data("theirs".utf8).write(to: modelFolder.appending(path: "model.tflite"))
    let outcome = try frigate(data.path, "--model-dir", modelFolder.path, "--review", "--json")
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("1.5-ab-9.25-none-0.6.webp is not a picture"))
    let report = try outcome.decoded(as: Report.self)
    #expect(report.review.count == 3)
    #expect(report.review.map(\.score) == report.review.map(\.score).sorted())
    #expect(report.review.allSatisfy { $0.before == "none" && $0.isChanged == ($0.label != "none") })
    #expect(report.thresholds.contains { $0.threshold == 0.8 })
    #expect(report.backups == [modelFolder.appending(path: "model.backup.tflite").path])
    #expect(
      try frigate(data.path, "--model-dir", modelFolder.path, "--review").output.contains("3 pictures of 'train'"))
  }

  @Test("Refuses a base for the Edge TPU, a single class, and folders that cannot be written, and says why")
  func refusals() throws {
    let data = try dataset()
    let edge = try Imprint.run(
      "frigate", data.path, "--model-dir", modelFolder.path, "--model",
      Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu").path)
    #expect(edge.code == 1 && edge.stderr.contains("on the processor"), "\(edge.stderr)")
    let one = try Flowers.folder([("iris", "iris", 0..<3)], in: folder, named: "one")
    let single = try frigate(one.path, "--model-dir", modelFolder.path)
    #expect(single.code == 1 && single.stderr.contains("Frigate needs two or more"))
    try Data().write(to: folder.appending("file"))
    let file = try frigate(data.path, "--model-dir", folder.appending("file").path)
    #expect(file.code == 1, "\(file.stderr)")
    let missing = try frigate(folder.appending("missing").path, "--model-dir", modelFolder.path)
    #expect(missing.code == 1 && missing.stderr.contains("does not exist"))
    #expect(!FileManager.default.fileExists(atPath: modelFolder.path))
  }

  @Test("Other commands write label files of one label a line, too")
  func labelFormat() throws {
    let data = try Flowers.folder([("iris", "iris", 0..<3), ("daisy", "daisy", 0..<3)], in: folder)
    let model = folder.appending("m.tflite").path
    let trained = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", data.path, "-o", model, "--label-format", "plain")
    #expect(trained.code == 0, "\(trained.stderr)")
    let labels = folder.appending("m.txt")
    #expect(try String(contentsOf: labels, encoding: .utf8) == "daisy\niris\n")
    try Imprint.run("model", "rename-labels", model, "iris=lily", "-o", model, "--label-format", "plain")
    #expect(try String(contentsOf: labels, encoding: .utf8) == "daisy\nlily\n")
  }
}
