import Foundation
import TestMaterial
import Testing

@Suite("imprint train, classify, evaluate and inspect")
struct TrainingTests {
  private struct Report: Decodable {
    struct Row: Decodable {
      let id: Int
      let label: String
      let pictures: Int
      let isContinued: Bool
    }

    let classes: [Row]
    let keptClasses: Int
    let pictures: Int
    let heldBack: Int
    let skipped: Int
    let topK: [Double]
    let model: String
    let labels: String
    let leaveOneOut: Estimate?
    let embeddings: String?

    struct Estimate: Decodable {
      let accuracy: Double
      let pictures: Int
    }
  }

  private struct Answer: Decodable {
    struct Found: Decodable {
      let id: Int
      let label: String
      let score: Double
    }

    let picture: String
    let classes: [Found]
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func threeFlowers(_ range: Range<Int> = 0..<8, named name: String = "data") throws -> URL {
    try Flowers.folder(
      [("daisy", "daisy", range), ("iris", "iris", range), ("pansy", "pansy", range)], in: folder, named: name)
  }

  @Test("Trains on a folder, classifies, evaluates and inspects, with nothing on standard error")
  func endToEnd() throws {
    let output = folder.appending("flowers.tflite")
    let trained = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", threeFlowers().path, "--output", output.path, "--test-ratio",
      "0.25",
      "--json")
    #expect(trained.code == 0)
    #expect(trained.stderr == "")
    let report = try trained.decoded(as: Report.self)
    #expect(report.classes.map(\.label) == ["daisy", "iris", "pansy"])
    #expect(report.classes.map(\.id) == [0, 1, 2])
    #expect(report.pictures == 18)
    #expect(report.heldBack == 6)
    #expect(report.topK.count == 5)
    #expect(report.topK[0] >= 0.8)
    #expect(report.topK[2] == 1)
    let estimate = try #require(report.leaveOneOut)
    #expect(estimate.pictures == 18)
    #expect(estimate.accuracy >= 0.8)
    #expect(try String(contentsOf: folder.appending("flowers.txt"), encoding: .utf8) == "0  daisy\n1  iris\n2  pansy\n")

    let picture = try Flowers.pictures(of: "pansy", 20..<21)[0]
    let classified = try Imprint.run("classify", "--model", output.path, "--json", "--top-k", "1", picture.path)
    #expect(classified.stderr == "")
    let answer = try classified.decoded(as: Answer.self)
    #expect(answer.picture == picture.path)
    #expect(answer.classes.map(\.label) == ["pansy"])
    #expect(answer.classes[0].score > 0.5)

    let others = try threeFlowers(10..<14, named: "others")
    let evaluated = try Imprint.run("evaluate", "--model", output.path, "--data", others.path)
    #expect(evaluated.code == 0)
    #expect(evaluated.output.contains("Accuracy on 12 pictures\n  top-1 "))
    #expect(evaluated.output.contains("Confusion matrix"))

    let inspected = try Imprint.run("inspect", output.path)
    #expect(inspected.output.contains("3 classes"))
    #expect(inspected.output.contains("Unknown  below a novelty score of"))
    #expect(inspected.output.contains("Resize  crop"))

    let base = try Imprint.run("inspect", Material.model("mobilenet_v1_1.0_224_l2norm_quant").path)
    #expect(base.output.contains("imprinted layout: 1001 classes"))
  }

  @Test("'classify' prints one line for each picture of a folder, in order")
  func classifyFolder() throws {
    let output = folder.appending("flowers.tflite")
    let data = try threeFlowers(0..<4)
    try Imprint.run("train", "--model", Flowers.extractor, "--data", data.path, "--output", output.path)
    let classified = try Imprint.run("classify", "--model", output.path, data.path, "--json")
    let answers = try classified.output.split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
    #expect(answers.count == 12)
    #expect(answers.map(\.picture) == answers.map(\.picture).sorted())
  }

  @Test("'classify --test-time-augmentation' averages several views; the default is one view")
  func classifyViews() throws {
    let output = folder.appending("flowers.tflite")
    try Imprint.run("train", "--model", Flowers.extractor, "--data", threeFlowers(0..<4).path, "--output", output.path)
    let picture = try Flowers.pictures(of: "iris", 20..<21)[0].path
    func answer(_ views: String...) throws -> Answer {
      try Imprint.run(["classify", "--model", output.path, "--json", picture] + views).decoded(as: Answer.self)
    }
    let usual = try answer().classes.map(\.score)
    #expect(usual.count == 3)
    #expect(try answer("--test-time-augmentation", "none").classes.map(\.score) == usual)
    for views in ["five", "thirteen"] {
      let found = try answer("--test-time-augmentation", views)
      #expect(found.classes.map(\.label).first == "iris")
      #expect(abs(found.classes.reduce(0) { $0 + $1.score } - 1) < 1e-3)
      #expect(found.classes.map(\.score) != usual)
    }
  }

  @Test(
    "Continued training extends classes of the same name, and writes the same file as training at once",
    arguments: ["analytic", "imprinted"])
  func continued(head: String) throws {
    let first = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder, named: "first")
    let second = try Flowers.folder([("iris", "iris", 3..<6), ("tulip", "tulip", 0..<2)], in: folder, named: "second")
    let together = try Flowers.folder(
      [("daisy", "daisy", 0..<3), ("iris", "iris", 0..<6), ("tulip", "tulip", 0..<2)], in: folder, named: "whole")
    let parts = folder.appending("parts.tflite")
    let once = folder.appending("once.tflite")
    let common = ["train", "--head", head, "--augment", "none", "--output"]
    try Imprint.run(common + [parts.path, "--model", Flowers.extractor, "--data", first.path])
    let again = try Imprint.run([
      "train", "--model", parts.path, "--keep-classes", "--data", second.path, "--output", parts.path, "--json",
    ]).decoded(as: Report.self)
    #expect(again.classes.map(\.isContinued) == [true, false])
    #expect(again.classes.map(\.id) == [1, 2])
    #expect(again.keptClasses == 1)
    try Imprint.run(common + [once.path, "--model", Flowers.extractor, "--data", together.path])
    #expect(try Data(contentsOf: parts) == Data(contentsOf: once))
  }

  @Test("Merged embeddings give the same model as training at once; subtracting restores the earlier model")
  func merged() throws {
    let parts = try [("a", 0..<3), ("b", 3..<6)].map { name, range in
      let file = folder.appending("\(name).embeddings").path
      let outcome = try Imprint.run(
        "embed", threeFlowers(range, named: name).path, "-o", file, "--model", Flowers.extractor, "--augment", "none")
      #expect(outcome.code == 0, "\(outcome.stderr)")
      return file
    }
    func files(_ name: String) -> (embeddings: String, model: URL) {
      (folder.appending("\(name).embeddings").path, folder.appending("\(name).tflite"))
    }
    func train(_ embeddings: String, _ name: String) throws -> Data {
      let outcome = try Imprint.run(
        "train", "--model", Flowers.extractor, "--from", embeddings, "--output", files(name).model.path,
        "--no-embeddings")
      #expect(outcome.code == 0, "\(outcome.stderr)")
      return try Data(contentsOf: files(name).model)
    }
    #expect(
      try Imprint.run(["merge"] + parts + ["-o", files("both").embeddings]).output.contains("18 pictures of 3 classes"))
    let both = try train(files("both").embeddings, "both")
    let together = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", threeFlowers(0..<6, named: "c").path, "--augment", "none",
      "--output", files("whole").model.path)
    #expect(together.code == 0)
    #expect(try Data(contentsOf: files("whole").model) == both)

    try Imprint.run("merge", files("both").embeddings, "--without", parts[1], "-o", files("less").embeddings)
    #expect(try train(files("less").embeddings, "less") == train(parts[0], "first"))

    let renamed = try Imprint.run(
      "merge", parts[0], "--rename", "iris=fleur", "--remove", "daisy", "-o", files("other").embeddings)
    #expect(renamed.output.contains("fleur"))
    #expect(!renamed.output.contains("daisy"))
    for (arguments, words) in [
      ([parts[0], "--remove", "orchid"], "orchid"), ([parts[0], "--without", files("both").embeddings], "never added"),
      ([parts[0], Flowers.extractor], "it is not an embedding file"),
    ] {
      let refused = try Imprint.run(["merge"] + arguments + ["-o", files("x").embeddings])
      #expect(refused.code == 1)
      #expect(refused.stderr.contains(words), "\(refused.stderr)")
    }
    let foreign = try Imprint.run(
      "train", "--model", Material.model("mobilenet_v2_1.0_224_quant").path, "--from", parts[0], "--output",
      files("x").model.path)
    #expect(foreign.code == 1)
    #expect(foreign.stderr.contains("another model"))
  }

  @Test(
    "Keeps the base classes with their labels first, and rejects a folder named like one of them",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func keepBase() throws {
    let output = folder.appending("kept.tflite")
    let labels = Material.root.appending(path: "models/imagenet_labels.txt").path
    let data = try Flowers.folder([("my pansy", "pansy", 0..<4)], in: folder)
    let report = try Imprint.run(
      "train", "--model", Flowers.l2norm, "--keep-classes", "--labels", labels, "--data", data.path,
      "--output", output.path, "--json"
    ).decoded(as: Report.self)
    #expect(report.classes.map(\.id) == [1001])
    #expect(report.keptClasses == 1001)
    let written = try String(contentsOf: folder.appending("kept.txt"), encoding: .utf8)
    #expect(written.hasPrefix("0  background\n"))
    #expect(written.hasSuffix("1001  my pansy\n"))

    let same = try Flowers.folder([("daisy", "daisy", 0..<2)], in: folder, named: "same")
    let refused = try Imprint.run(
      "train", "--model", Flowers.l2norm, "--keep-classes", "--labels", labels, "--data", same.path,
      "--output", output.path)
    #expect(refused.code == 64)
    #expect(refused.stderr.contains("a class daisy, which came with its base"))
  }

  @Test("--shots draws the given number of pictures per class, the same for the same seed")
  func shots() throws {
    let data = try threeFlowers()
    let files = try ["7", "7", "8"].enumerated().map { index, seed in
      let output = folder.appending("shots-\(index).tflite")
      let report = try Imprint.run(
        "train", "--model", Flowers.extractor, "--data", data.path, "--output", output.path, "--shots", "2",
        "--seed", seed, "--json"
      ).decoded(as: Report.self)
      #expect(report.classes.map(\.pictures) == [2, 2, 2])
      return try Data(contentsOf: output)
    }
    #expect(files[0] == files[1])
    #expect(files[0] != files[2])
  }

  @Test("--test-rest evaluates on all pictures that --shots leaves, and --list-held-back lists them")
  func rest() throws {
    let data = try threeFlowers()
    let list = folder.appending("held back.csv")
    let output = folder.appending("rest.tflite").path
    let train = ["train", "--model", Flowers.extractor, "--data", data.path, "--output", output]
    let report = try Imprint.run(train + ["--shots", "2", "--test-rest", "--list-held-back", list.path, "--json"])
      .decoded(as: Report.self)
    #expect(report.classes.map(\.pictures) == [2, 2, 2])
    #expect(report.heldBack == 18)
    struct Evaluated: Decodable {
      let pictures: Int
      let topK: [Double]
    }
    let evaluated = try Imprint.run("evaluate", "--model", output, "--data", list.path, "--json")
      .decoded(as: Evaluated.self)
    #expect(evaluated.pictures == 18)
    #expect(Array(evaluated.topK.prefix(5)) == report.topK)

    for wrong in [["--test-rest"], ["--test-rest", "--shots", "2", "--test-ratio", "0.5"]] {
      let refused = try Imprint.run(train + wrong)
      #expect(refused.code == 64 && refused.stderr.contains("requires --shots"))
    }
    for path in [output, folder.appending("rest.txt").path] {
      #expect(try Imprint.run(train + ["--list-held-back", path]).code == 64)
    }
    #expect(try Imprint.run(train + ["--list-held-back", data.path]).stderr.contains("it is a folder"))
  }

  @Test("Accepts a list of paths and labels instead of a folder")
  func list() throws {
    let list = folder.appending("list.csv")
    let rows = try ["daisy", "iris"].flatMap { flower in
      try Flowers.pictures(of: flower, 0..<4).map { "\"\($0.path)\",\(flower)" }
    }
    try Data(("path,label\n" + rows.joined(separator: "\n")).utf8).write(to: list)
    let report = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", list.path, "--output", folder.appending("l.tflite").path,
      "--json"
    ).decoded(as: Report.self)
    #expect(report.classes.map(\.label) == ["daisy", "iris"])
  }

  @Test(
    "Classifies with any classifier, with labels from a file",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func otherClassifier() throws {
    let answer = try Imprint.run(
      "classify", "--model", Material.model("mobilenet_v2_1.0_224_quant").path, "--labels",
      Material.root.appending(path: "models/imagenet_labels.txt").path, "--json", "--top-k", "1",
      Material.coralPicture("hotdog_test_0").path
    ).decoded(as: Answer.self)
    #expect(answer.classes.map(\.label) == ["hotdog, hot dog, red hot"])
  }

  @Test("Evaluates a trained classifier class by class")
  func evaluate() throws {
    struct Evaluated: Decodable {
      struct Row: Decodable {
        let label: String
        let recall: Double
        let pictures: Int
      }

      let pictures: Int
      let topK: [Double]
      let classes: [Row]
    }
    let output = folder.appending("flowers.tflite")
    let data = try threeFlowers()
    try Imprint.run("train", "--model", Flowers.extractor, "--data", data.path, "--output", output.path)
    let result = try Imprint.run("evaluate", "--model", output.path, "--data", data.path, "--json")
      .decoded(as: Evaluated.self)
    #expect(result.pictures == 24)
    #expect(result.classes.map(\.label) == ["daisy", "iris", "pansy"])
    let recalls = result.classes.reduce(0) { $0 + $1.recall * Double($1.pictures) } / 24
    #expect(abs(recalls - result.topK[0]) < 1e-9)

    let unknown = try Flowers.folder([("orchid", "iris", 0..<1)], in: folder, named: "unknown")
    let refused = try Imprint.run("evaluate", "--model", output.path, "--data", unknown.path)
    #expect(refused.code == 1)
    #expect(refused.stderr.contains("\"orchid\""))
  }

  @Test("Shows the messages of the runtime with --verbose only")
  func verbose() throws {
    let picture = Material.coralPicture("cat_test_0").path
    let model = Material.model("mobilenet_v1_0.25_128_quant").path
    #expect(try Imprint.run("classify", "--model", model, picture).stderr == "")
    #expect(try Imprint.run("classify", "--model", model, picture, "--verbose").stderr.contains("INFO"))
  }
}
