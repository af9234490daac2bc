import Foundation
import TestMaterial
import Testing

@Suite("Embedding files of the command")
struct EmbeddingFilesTests {
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

  /// Returns the classes of an embedding file.
  private func contents(_ name: String) throws -> Report {
    try Imprint.run("merge", path(name), "-o", path("copy.embeddings"), "--json").decoded(as: Report.self)
  }

  @Test("Trains from an embedding file with relative paths, as in the example of the help")
  func example() throws {
    try Imprint.run(
      "embed", flowers(["daisy", "iris"], as: "data"), "-o", path("flowers.embeddings"), "--model", Flowers.extractor)
    let outcome = try Imprint.run(
      after: "cd '\(folder.url.path)'",
      ["train", "--model", Flowers.extractor, "--from", "flowers.embeddings", "--output", "flowers.tflite"])
    #expect(outcome.code == 0, "\(outcome.stderr)")
  }

  #if arch(x86_64)
    private static let kernels = ["Prescott", "Haswell"]
  #else
    private static let kernels = ["ARMV8", "CORTEXA57"]
  #endif

  // From 512 pictures on, parts are computed in 32-bit floats.
  @Test(
    "Writes the same classifier with the kernels of another processor",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)), arguments: [8, 70])
  func processors(pictures: Int) throws {
    let names = ["bluebell", "buttercup", "colts_foot", "daisy", "iris", "pansy", "sunflower", "tulip"]
    try Imprint.run(
      "embed", flowers(names, 0..<pictures, as: "data"), "-o", path("flowers.embeddings"), "--model", Flowers.extractor,
      "--augment", "none")
    var files: Set<Data> = []
    for (index, kernel) in Self.kernels.enumerated() {
      let outcome = try Imprint.run(
        after: "export OPENBLAS_CORETYPE=\(kernel)",
        [
          "train", "--model", Flowers.extractor, "--from", path("flowers.embeddings"), "--output",
          path("\(index).tflite"), "--no-embeddings",
        ])
      #expect(outcome.code == 0, "\(outcome.stderr)")
      files.insert(try Data(contentsOf: folder.appending("\(index).tflite")))
    }
    #expect(files.count == 1)
  }

  @Test("Keeps the budget of an embedding file, so that embeddings become sums only on request")
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

  @Test("Continuing from sums counts each picture once")
  func sums() throws {
    #expect(
      try train(
        "--data", flowers(["daisy", "iris"], as: "data"), "--output", path("m.tflite"), "--augment", "none", "--budget",
        "0"
      ).code == 0)
    let outcome = try train(
      "--keep-classes", "--data", flowers(["pansy"], as: "more"), "--output", path("m.tflite"), "--budget", "0",
      model: path("m.tflite"))
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(try contents("m.embeddings").classes.map(\.pictures) == [3, 3, 3])
  }

  @Test("Does not overwrite the embeddings of kept classes with others of a different augmentation")
  func otherAugmentation() throws {
    let base = Material.model("mobilenet_v1_0.25_128_quant").path
    let common = ["--keep-classes", "--output", path("m.tflite"), "--augment"]
    let first = try Imprint.run(
      ["train", "--model", base, "--data", flowers(["daisy", "iris"], as: "data")] + common + ["none"])
    #expect(first.code == 0, "\(first.stderr)")
    let before = try Data(contentsOf: folder.appending("m.embeddings"))
    let more = ["train", "--model", path("m.tflite"), "--data", try flowers(["pansy"], as: "more")]
    let refused = try Imprint.run(more + common + ["five"])
    #expect(refused.code == 64)
    #expect(refused.stderr.contains("would be lost"), "\(refused.stderr)")
    #expect(try Data(contentsOf: folder.appending("m.embeddings")) == before)
    let same = try Imprint.run(more + common + ["none"])
    #expect(same.code == 0, "\(same.stderr)")
    #expect(try contents("m.embeddings").classes.map(\.label) == ["daisy", "iris", "pansy"])
  }

  @Test("Rejects another augmentation for continued embeddings, and reports a stale or damaged file")
  func beside() throws {
    let data = try flowers(["daisy", "iris"], as: "data")
    let more = try flowers(["pansy", "crocus"], as: "more")
    let model = path("m.tflite")
    #expect(try train("--data", data, "--output", model, "--augment", "none").code == 0)
    let views = try train("--keep-classes", "--data", more, "--output", model, "--augment", "five", model: model)
    #expect(views.code == 64)
    #expect(views.stderr.contains("leave out --augment"), "\(views.stderr)")

    let left = try train("--data", more, "--output", model, "--no-embeddings")
    #expect(left.stderr.contains("m.embeddings is not updated"), "\(left.stderr)")
    let stale = try train(
      "--keep-classes", "--data", data, "--output", path("n.tflite"), "--no-embeddings", model: model)
    #expect(stale.stderr.contains("m.embeddings is ignored: its classes differ"), "\(stale.stderr)")

    try Data("IMSN".utf8).write(to: folder.appending("m.embeddings"))
    let damaged = try train("--keep-classes", "--data", data, "--output", path("n.tflite"), model: model)
    #expect(damaged.code == 1)
    #expect(damaged.stderr.contains("m.embeddings cannot be used"), "\(damaged.stderr)")
    #expect(damaged.stderr.contains("move it away"))
  }

  @Test("Warns of classes that differ only in case, and reports unknown accuracy for one picture per class")
  func warnings() throws {
    let data = try Flowers.folder([("Rose", "daisy", 0..<1), ("rose", "iris", 0..<1)], in: folder)
    let outcome = try train("--data", data.path, "--output", path("m.tflite"))
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("Rose and rose differ only in case"), "\(outcome.stderr)")
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

  @Test("Reports unreadable pictures before the errors that they cause")
  func unreadable() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<2)], in: folder)
    try FileManager.default.createDirectory(at: data.appending(path: "iris"), withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: data.appending(path: "iris/broken.jpg"))
    let outcome = try train("--data", data.path, "--output", path("m.tflite"))
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("broken.jpg"), "\(outcome.stderr)")
    #expect(outcome.stderr.contains("only one class was taught"))
  }
}
