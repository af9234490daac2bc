import Foundation
import TestMaterial
import Testing

@Suite("Coral's flags")
struct CoralFlagsTests {
  private let folder: TemporaryFolder
  private let model = Material.model("mobilenet_v1_1.0_224_l2norm_quant").path

  init() throws { folder = try TemporaryFolder() }

  private struct Report: Decodable {
    let keptClasses: Int
    let topK: [Double]
  }

  @Test("Accepts the flags of Coral's scripts as synonyms of its own options")
  func scripts() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    let (theirs, ours) = (folder.appending("theirs.tflite"), folder.appending("ours.tflite"))
    let common = [
      "--data", data.path, "--head", "imprinted", "--augment", "none", "--no-embeddings", "--json", "--output",
    ]
    let first = try Imprint.run(
      ["train", "--model_path", model, "--test_ratio", "0.25", "--keep_classes"] + common + [theirs.path])
    let second = try Imprint.run(
      ["train", "--model", model, "--test-ratio", "0.25", "--held-back", "first", "--keep-classes"] + common + [
        ours.path
      ])
    let (one, other) = (try first.decoded(as: Report.self), try second.decoded(as: Report.self))
    #expect(one.keptClasses == 1001 && one.topK == other.topK && one.topK.count == 5)
    #expect(try Data(contentsOf: theirs) == Data(contentsOf: ours))

    let labels = folder.appending("names.txt")
    let names = (0..<1003).map { "\($0)  name \($0)" }
    try Data(names.joined(separator: "\n").utf8).write(to: labels)
    let picture = try Flowers.pictures(of: "daisy", 3..<4)[0].path
    let theirsAgain = try Imprint.run(
      "classify", "--model", theirs.path, "--label", labels.path, "--top_k", "1", picture)
    let oursAgain = try Imprint.run(
      "classify", "--model", theirs.path, "--labels", labels.path, "--top-k", "1", picture)
    #expect(theirsAgain.code == 0 && theirsAgain.output == oursAgain.output)
    #expect(theirsAgain.output.contains("name ") && !theirsAgain.output.contains(","))
  }

  @Test("Classifies with the short flags of classify_image.py, and trains as backprop_last_layer.py is called")
  func otherScripts() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    let trained = try Imprint.run(
      "train", "--embedding_extractor_path", Flowers.extractor, "--data_dir", data.path,
      "--output_dir=\(folder.url.path)")
    #expect(trained.code == 0, "\(trained.stderr)")
    let model = folder.appending("retrained_model.tflite").path
    let picture = try Flowers.pictures(of: "daisy", 3..<4)[0].path
    let ours = try Imprint.run("classify", "--model", model, "--top-k", "1", picture)
    for flags in [
      ["-m", model, "-i", picture, "-k", "1", "-t", "0", "-c", "5"],
      ["--model", model, "--input", picture, "--top_k=1", "--count=2"],
      ["--image", picture, "--model", model, "--label", folder.appending("retrained_model.txt").path, "-k", "1"],
    ] {
      let theirs = try Imprint.run(["classify"] + flags)
      #expect(theirs.code == 0 && theirs.output == ours.output, "\(flags) \(theirs.stderr)")
    }
  }

  @Test("Joins with the flags of join_tflite_models")
  func join() throws {
    let (base, head) = (folder.appending("base.tflite").path, folder.appending("head.tflite").path)
    #expect(try Imprint.run("model", "split", model, "--at", "embedding", "-o", base, head).code == 0)
    let joined = folder.appending("joined.tflite")
    let result = try Imprint.run(
      "model", "join", "--input_graph_head", head, "--output_graph=\(joined.path)", "--input_graph_base=\(base)")
    #expect(result.code == 0, "\(result.stderr)")
    #expect(FileManager.default.fileExists(atPath: joined.path))
  }

  @Test("Without --output, the classifier has the base's name with _retrained, in the current folder")
  func defaultOutput() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<2), ("iris", "iris", 0..<2)], in: folder)
    let result = try Imprint.run(
      after: "cd '\(folder.url.path)'",
      ["train", "--model_path", model, "--data", data.path, "--head", "imprinted"])
    #expect(result.code == 0, "\(result.stderr)")
    for ending in ["tflite", "txt", "embeddings"] {
      let file = folder.appending("mobilenet_v1_1.0_224_l2norm_quant_retrained.\(ending)")
      #expect(FileManager.default.fileExists(atPath: file.path))
    }
  }

  @Test("Reads the labels of a kept model from the .txt file beside it, where Coral's script writes them")
  func labelsBeside() throws {
    let file = folder.appending("coral.tflite")
    try FileManager.default.copyItem(at: URL(filePath: model), to: file)
    let names = (0..<1001).map { "\($0)  old \($0)" }.joined(separator: "\n")
    try Data(names.utf8).write(to: folder.appending("coral.txt"))
    let data = try Flowers.folder([("daisy", "daisy", 0..<4)], in: folder)
    let output = folder.appending("both.tflite")
    let result = try Imprint.run(
      "train", "--model_path", file.path, "--keep_classes", "--head", "imprinted", "--data", data.path, "--output",
      output.path)
    #expect(result.code == 0 && result.stderr.contains("coral.txt"), "\(result.stderr)")
    let labels = try String(contentsOf: folder.appending("both.txt"), encoding: .utf8)
    #expect(labels.contains("old 1000") && labels.contains("daisy"))
  }

  @Test("A folder with the name of a kept class is an error that names two ways out, and both work")
  func sameName() throws {
    let file = folder.appending("base.tflite")
    try FileManager.default.copyItem(at: URL(filePath: model), to: file)
    let names = (0..<1001).map { $0 == 986 ? "986  daisy" : "\($0)  old \($0)" }.joined(separator: "\n")
    try Data(names.utf8).write(to: folder.appending("base.txt"))
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    let output = folder.appending("both.tflite")
    let common = [
      "train", "--model", file.path, "--keep-classes", "--data", data.path, "--output", output.path, "--augment",
      "none",
    ]
    let refused = try Imprint.run(common)
    #expect(refused.code != 0 && refused.stderr.contains("--separate") && refused.stderr.contains("--rename"))
    #expect(!FileManager.default.fileExists(atPath: output.path))
    for (options, name) in [(["--separate"], "daisy (new)"), (["--rename", "daisy=my daisy"], "my daisy")] {
      let result = try Imprint.run(common + options)
      #expect(result.code == 0, "\(result.stderr)")
      let labels = try String(contentsOf: folder.appending("both.txt"), encoding: .utf8)
      #expect(labels.contains("986  daisy\n") && labels.contains("  \(name)"))
    }
    let wrong = try Imprint.run(common + ["--rename", "rose=red"])
    #expect(wrong.code != 0 && wrong.stderr.contains("daisy, iris"))
    #expect(try Imprint.run(common + ["--rename", "daisy=iris"]).stderr.contains("another class has that name"))
  }

  @Test("Does not list Coral's flags in the help")
  func hidden() throws {
    for command in ["train", "classify", "evaluate"] {
      let help = try Imprint.run(command, "--help").output
      #expect(!help.contains("model_path") && !help.contains("top_k") && !help.contains("--label "))
    }
  }
}
