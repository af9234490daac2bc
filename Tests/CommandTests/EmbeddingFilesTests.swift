import Foundation
import TestMaterial
import Testing

@Suite("Files of embeddings")
struct SeenFilesTests {
  private struct Report: Decodable {
    struct Row: Decodable {
      let label: String
      let pictures: Int
    }

    let classes: [Row]
    let embeddingsStored: Bool?
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func flowers(_ names: [String], _ range: Range<Int> = 0..<3, as folderName: String) throws -> String {
    try Flowers.folder(names.map { ($0, $0, range) }, in: folder, named: folderName).path
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func train(_ arguments: String..., model: String = Flowers.extractor) throws -> Imprint.Outcome {
    try Imprint.run(["train", "--model", model] + arguments)
  }

  /// What a file of it holds.
  private func seen(_ name: String) throws -> Report {
    try Imprint.run("merge", path(name), "-o", path("copy.embeddings"), "--json").decoded(as: Report.self)
  }

  @Test("The example of the help works: from flowers.embeddings to flowers.tflite, with relative paths")
  func example() throws {
    try Imprint.run(
      "embed", flowers(["daisy", "iris"], as: "data"), "-o", path("flowers.embeddings"), "--model", Flowers.extractor)
    let outcome = try Imprint.run(
      after: "cd '\(folder.url.path)'",
      ["train", "--model", Flowers.extractor, "--from", "flowers.embeddings", "--output", "flowers.tflite"])
    #expect(outcome.code == 0, "\(outcome.complaints)")
  }

  @Test("A budget that was allowed once holds on: embeddings are lost to nobody who did not ask for it")
  func budget() throws {
    let data = try flowers(["daisy", "iris"], as: "data")
    let embed = ["embed", data, "--model", Flowers.extractor, "--budget"]
    try Imprint.run(embed + ["100", "-o", path("large.embeddings")])
    let copied = try Imprint.run("merge", path("large.embeddings"), "-o", path("copy.embeddings"))
    #expect(copied.output.contains("each embedding"))
    let budget = { (name: String) throws -> Substring? in
      let head = String(decoding: try Data(contentsOf: folder.appending(name)).prefix(400), as: UTF8.self)
      return head.firstMatch(of: /"budget":(\d+)/)?.1
    }
    #expect(try budget("large.embeddings") == "100000000")
    #expect(try budget("copy.embeddings") == "100000000")
    #expect(try train("--from", path("large.embeddings"), "--output", path("m.tflite")).code == 0)
    #expect(try budget("m.embeddings") == "100000000")
    let summed = try Imprint.run("merge", path("large.embeddings"), "-o", path("copy.embeddings"), "--budget", "0")
    #expect(summed.output.contains("only sums"))
  }

  @Test("Going on with sums counts each picture once")
  func sums() throws {
    #expect(
      try train(
        "--data", flowers(["daisy", "iris"], as: "data"), "--output", path("m.tflite"), "--augment", "none", "--budget",
        "0"
      ).code == 0)
    let outcome = try train(
      "--keep-classes", "--data", flowers(["pansy"], as: "more"), "--output", path("m.tflite"), "--budget", "0",
      model: path("m.tflite"))
    #expect(outcome.code == 0, "\(outcome.complaints)")
    #expect(try seen("m.embeddings").classes.map(\.pictures) == [3, 3, 3])
  }

  @Test("Embeddings of kept classes are not overwritten by embeddings of another kind")
  func otherWay() throws {
    let base = Material.model("mobilenet_v1_0.25_128_quant").path
    let common = ["--keep-classes", "--output", path("m.tflite"), "--augment"]
    let first = try Imprint.run(
      ["train", "--model", base, "--data", flowers(["daisy", "iris"], as: "data")] + common + ["none"])
    #expect(first.code == 0, "\(first.complaints)")
    let before = try Data(contentsOf: folder.appending("m.embeddings"))
    let more = ["train", "--model", path("m.tflite"), "--data", try flowers(["pansy"], as: "more")]
    let refused = try Imprint.run(more + common + ["five"])
    #expect(refused.code == 64)
    #expect(refused.complaints.contains("would be lost"), "\(refused.complaints)")
    #expect(try Data(contentsOf: folder.appending("m.embeddings")) == before)
    let same = try Imprint.run(more + common + ["none"])
    #expect(same.code == 0, "\(same.complaints)")
    #expect(try seen("m.embeddings").classes.map(\.label) == ["daisy", "iris", "pansy"])
  }

  @Test("The augmentation of continued embeddings is fixed; a stale or damaged file is reported")
  func beside() throws {
    let data = try flowers(["daisy", "iris"], as: "data")
    let more = try flowers(["pansy", "crocus"], as: "more")
    let model = path("m.tflite")
    #expect(try train("--data", data, "--output", model, "--augment", "none").code == 0)
    let views = try train("--keep-classes", "--data", more, "--output", model, "--augment", "five", model: model)
    #expect(views.code == 64)
    #expect(views.complaints.contains("leave out --augment"), "\(views.complaints)")

    let left = try train("--data", more, "--output", model, "--no-embeddings")
    #expect(left.complaints.contains("m.embeddings is not updated"), "\(left.complaints)")
    let stale = try train(
      "--keep-classes", "--data", data, "--output", path("n.tflite"), "--no-embeddings", model: model)
    #expect(stale.complaints.contains("m.embeddings is ignored: it holds other classes"), "\(stale.complaints)")

    try Data("IMSN".utf8).write(to: folder.appending("m.embeddings"))
    let damaged = try train("--keep-classes", "--data", data, "--output", path("n.tflite"), model: model)
    #expect(damaged.code == 1)
    #expect(damaged.complaints.contains("m.embeddings cannot be used"), "\(damaged.complaints)")
    #expect(damaged.complaints.contains("move it away"))
  }

  @Test("Classes that differ by case alone are pointed at, and of one picture a class it is said that nothing is known")
  func doubts() throws {
    let data = try Flowers.folder([("Rose", "daisy", 0..<1), ("rose", "iris", 0..<1)], in: folder)
    let outcome = try train("--data", data.path, "--output", path("m.tflite"))
    #expect(outcome.code == 0)
    #expect(outcome.complaints.contains("Rose and rose differ only in case"), "\(outcome.complaints)")
    #expect(outcome.output.contains("Accuracy unknown"), "\(outcome.output)")

    let alone = try train(
      "--head", "imprinted", "--data", flowers(["iris"], as: "alone"), "--output", path("one.tflite"))
    #expect(alone.code == 0)
    #expect(!alone.output.contains("100.0 %"), "\(alone.output)")
    let beside = try train(
      "--keep-classes", "--data", flowers(["daisy", "iris"], as: "two"), "--output", path("kept.tflite"),
      model: Material.model("mobilenet_v1_0.25_128_quant").path)
    #expect(beside.output.contains("among the 2 classes with embeddings"), "\(beside.output)")
  }

  @Test("Unreadable pictures are reported before the errors that they cause")
  func unreadable() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<2)], in: folder)
    try FileManager.default.createDirectory(at: data.appending(path: "iris"), withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: data.appending(path: "iris/broken.jpg"))
    let outcome = try train("--data", data.path, "--output", path("m.tflite"))
    #expect(outcome.code == 1)
    #expect(outcome.complaints.contains("broken.jpg"), "\(outcome.complaints)")
    #expect(outcome.complaints.contains("only one class was taught"))
  }
}
