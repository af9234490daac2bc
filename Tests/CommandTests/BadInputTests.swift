import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Bad input to the command")
struct BadInputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(_ data: URL, _ options: String..., model: String = Flowers.extractor) throws -> Imprint.Outcome {
    try Imprint.run(["train", "--model", model, "--data", data.path, "--output", output.path] + options)
  }

  private var output: URL { folder.appending("out.tflite") }

  /// Checks that the command failed with an error that contains the words, and wrote nothing.
  private func expectRefusal(_ outcome: Imprint.Outcome, _ words: String...) {
    #expect(outcome.code == 1)
    #expect(outcome.output == "")
    #expect(outcome.stderr.hasPrefix("Error: "))
    for word in words { #expect(outcome.stderr.contains(word), "\(outcome.stderr)") }
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }

  private func twoFlowers() throws -> URL {
    try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
  }

  @Test("Rejects models that are empty, too short, text, truncated, missing or a folder")
  func noModel() throws {
    let data = try twoFlowers()
    let complete = try Data(contentsOf: URL(filePath: Flowers.extractor))
    let cases: [(String, Data)] = [
      ("empty", Data()), ("short", Data([1, 2, 3])), ("text", Data("no model at all, only words".utf8)),
      ("truncated", complete.prefix(complete.count / 2)),
      ("noise", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 * 97) })),
    ]
    for (name, contents) in cases {
      let file = folder.appending(name)
      try contents.write(to: file)
      expectRefusal(try train(data, model: file.path))
      #expect(try Imprint.run("inspect", file.path).code == 1)
    }
    expectRefusal(try train(data, model: folder.appending("missing").path), "missing")
    expectRefusal(try train(data, model: folder.url.path), "folder")
  }

  @Test("An error about a model names its file")
  func namedModel() throws {
    var model = SmallClassifier().model
    model.subgraphs[0].tensors[Int(try model.onlyInputAndOutput().input)].shape = [1, 4, 4, 2]
    let file = folder.appending("two-channels.tflite")
    try model.serialized().write(to: file)
    let data = try twoFlowers()
    for command in [
      ["classify", "--model", file.path, data.path], ["evaluate", "--model", file.path, "--data", data.path],
      ["train", "--model", file.path, "--data", data.path, "--output", output.path],
      ["embed", "--model", file.path, data.path, "--output", output.path],
    ] {
      let outcome = try Imprint.run(command)
      #expect(outcome.code == 1)
      #expect(outcome.stderr.contains("two-channels.tflite: the model takes FLOAT32 [1, 4, 4, 2]"), "\(outcome.stderr)")
    }
  }

  @Test(
    "Wrong normalisations are wrong usage",
    arguments: [
      ["--mean", "0"], ["--std", "1"], ["--mean", "0,1", "--std", "1"], ["--mean", "0", "--std", "0"],
      ["--mean", "zero", "--std", "1"], ["--input_mean", "nan", "--input_std", "1"],
    ])
  func normalization(options: [String]) throws {
    let outcome = try Imprint.run(["classify", "--model", Flowers.extractor, "rose.jpg"] + options)
    #expect(outcome.code == 64)
    #expect(outcome.stderr.contains("--mean") || outcome.stderr.contains("--std"))
  }

  @Test("Shows the control characters of names, which a terminal would obey, as escapes")
  func controlCharacters() throws {
    let name = "ro\u{1B}[31mse\u{202E}"
    let data = try Flowers.folder([(name, "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    #expect(try train(data).code == 0)
    for arguments in [["inspect", output.path], ["inspect", output.path, "--json"]] {
      let shown = try Imprint.run(arguments).output
      #expect(shown.contains("ro\\u001b[31mse\\u202e"))
      #expect(!shown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    }
    struct Inspection: Decodable { let labels: [Int: String] }
    #expect(try Imprint.run("inspect", output.path, "--json").decoded(as: Inspection.self).labels.values.contains(name))
  }

  @Test("Rejects models that cannot be trained, and says what was found and what is needed")
  func wrongModel() throws {
    let data = try twoFlowers()
    let coral = try Imprint.run(
      "train", "--model", Material.model("mobilenet_v2_1.0_224_quant").path, "--data", data.path, "--output",
      output.path,
      "--head", "imprinted")
    expectRefusal(coral, "SOFTMAX", "Hint: use an embedding extractor")
    expectRefusal(try train(data, model: Material.model("model_invoking_error").path))
    for name in ["mobilenet_v1_1.0_224_l2norm_quant_edgetpu", "mobilenet_quant_v1_224_feature_layers_edgetpu"] {
      expectRefusal(try train(data, model: Material.model(name).path), "Edge TPU", "Coral")
    }
  }

  @Test("Rejects folders without classes or pictures, and class names that clash or contain a line break")
  func folders() throws {
    let empty = folder.appending("empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    expectRefusal(try train(empty), "empty")
    expectRefusal(try train(folder.appending("missing")), "missing")
    let flat = folder.appending("flat")
    try FileManager.default.createDirectory(at: flat, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Flowers.pictures(of: "iris", 0..<1)[0], to: flat.appending(path: "iris.jpg"))
    expectRefusal(try train(flat))
    expectRefusal(
      try train(
        Flowers.folder(
          [("caf\u{E9}", "iris", 0..<2), ("cafe\u{301}", "daisy", 0..<2)], in: folder, named: "twice")), "caf")
    expectRefusal(
      try train(Flowers.folder([("two\nlines", "iris", 0..<2)], in: folder, named: "lines")))
  }

  @Test("Accepts class names with spaces and emoji, a class with one picture, hidden files and other files")
  func unusualNames() throws {
    let data = try Flowers.folder([("my iris 💜", "iris", 0..<3), ("single", "daisy", 0..<1)], in: folder)
    for name in [".hidden", "notes.txt", "single/.DS_Store", "single/readme.md"] {
      try Data("words".utf8).write(to: data.appending(path: name))
    }
    try FileManager.default.createDirectory(at: data.appending(path: ".git"), withIntermediateDirectories: true)
    let outcome = try train(data)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.output.contains("my iris 💜"))
    #expect(outcome.output.contains("single"))
    #expect(try String(contentsOf: folder.appending("out.txt"), encoding: .utf8) == "0  my iris 💜\n1  single\n")
  }

  @Test("Names, skips and counts a corrupt picture; with --strict, fails")
  func corrupt() throws {
    let data = try twoFlowers()
    let complete = try Data(contentsOf: Flowers.pictures(of: "iris", 5..<6)[0])
    try complete.prefix(complete.count / 3).write(to: data.appending(path: "iris/zz_broken.jpg"))
    let strict = try train(data, "--strict")
    expectRefusal(strict, "zz_broken.jpg")
    let outcome = try train(data)
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("zz_broken.jpg"))
    #expect(outcome.output.contains("1 picture could not be read"))
  }

  @Test("Leaves out a class without readable pictures, and names it; fails if no class has any")
  func unreadable() throws {
    let data = try twoFlowers()
    let broken = data.appending(path: "broken")
    try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: broken.appending(path: "a.jpg"))
    let outcome = try train(data)
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("broken"))
    #expect(outcome.output.contains("Learnt 2 classes"))
    try FileManager.default.removeItem(at: output)
    for name in ["daisy", "iris"] { try FileManager.default.removeItem(at: data.appending(path: name)) }
    expectRefusal(try train(data), "cannot be read", "a.jpg")
  }

  @Test("Uses a picture of one pixel, and skips one that claims 900 million pixels")
  func sizes() throws {
    let data = try twoFlowers()
    // A 24-bit bitmap of one pixel.
    var pixel = Data("BM".utf8)
    for word in [58, 0, 54, 40, 1, 1] as [UInt32] {
      withUnsafeBytes(of: word.littleEndian) { pixel.append(contentsOf: $0) }
    }
    for half in [1, 24] as [UInt16] { withUnsafeBytes(of: half.littleEndian) { pixel.append(contentsOf: $0) } }
    pixel.append(Data(repeating: 0, count: 24))
    pixel.append(contentsOf: [10, 20, 30, 0])
    try pixel.write(to: data.appending(path: "daisy/one.bmp"))
    var claim = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13])
    claim.append(Data("IHDR".utf8))
    claim.append(contentsOf: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 2, 0, 0, 0, 0xB9, 0x33, 0xF1, 0x35])
    try claim.write(to: data.appending(path: "iris/huge.png"))
    let outcome = try train(data)
    #expect(outcome.code == 0)
    #expect(outcome.stderr.contains("huge.png"))
    #expect(!outcome.stderr.contains("one.bmp"))
  }

  @Test("Fails if the output is a folder, in a missing folder or on a full disk")
  func unwritableOutput() throws {
    let data = try twoFlowers()
    let train = ["train", "--model", Flowers.extractor, "--data", data.path, "--output"]
    let embed = ["embed", "--model", Flowers.extractor, data.path, "--output"]
    for (arguments, place, words) in [
      (train, folder.url.path, "folder"), (train, folder.appending("no/such/out.tflite").path, "no folder"),
      (embed, "/dev/full", "No space left"),
    ] {
      let outcome = try Imprint.run(arguments + [place])
      #expect(outcome.code == 1)
      #expect(outcome.stderr.contains(words), "\(outcome.stderr)")
    }
  }

  @Test("Rejects output names that would overwrite an input or another output, as wrong usage")
  func clashes() throws {
    let data = try twoFlowers()
    let list = folder.appending("flowers.txt")
    let rows = try Flowers.pictures(of: "iris", 0..<2).map { "\($0.path),iris\n" }.joined()
    try Data(rows.utf8).write(to: list)
    let clash = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", list.path, "--output", folder.appending("flowers.tflite").path)
    #expect(clash.code == 64)
    #expect(clash.stderr.contains("flowers.txt would overwrite an input file"))
    #expect(try String(contentsOf: list, encoding: .utf8) == rows)

    let text = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", data.path, "--output", folder.appending("m.txt").path)
    #expect(text.code == 64)
    #expect(!FileManager.default.fileExists(atPath: folder.appending("m.txt").path))

    try FileManager.default.createDirectory(at: folder.appending("out.txt"), withIntermediateDirectories: true)
    expectRefusal(try train(data), "out.txt", "folder")
    let labels = try train(data, "--labels", list.path)
    #expect(labels.code == 64)
  }

  @Test("Fails if results cannot be printed")
  func fullOutput() throws {
    let outcome = try Imprint.run(
      after: "exec > /dev/full", ["inspect", Material.model("mobilenet_v1_0.25_128_quant").path])
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("No space left"))
  }

  @Test("Rejects a pipe as a model, without waiting for it")
  func pipe() throws {
    let pipe = folder.appending("pipe")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    let outcome = try Imprint.run("inspect", pipe.path)
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("it is not a file"))
  }

  @Test(
    "Leaves the old file unchanged and no partial file on a full disk",
    arguments: ["without a cache", "with a cache"])
  func noRoom(condition: String) throws {
    let data = try twoFlowers()
    try Data("the old file".utf8).write(to: output)
    let cache = "export XDG_CACHE_HOME='\(folder.appending("cache").path)'"
    let train = ["train", "--model", Flowers.extractor, "--data", data.path, "--output"]
    if condition == "with a cache" {
      #expect(try Imprint.run(after: cache, train + [folder.appending("roomy.tflite").path]).code == 0)
    } else {
      try FileManager.default.createDirectory(at: folder.appending("cache"), withIntermediateDirectories: true)
    }
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    let outcome = try Imprint.run(after: "\(cache); trap '' XFSZ; ulimit -f 512", train + [output.path])
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("File too large"), "\(outcome.stderr)")
    #expect(try Data(contentsOf: output) == Data("the old file".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == before)
  }

  @Test("Ctrl-C ends the command with exit code 130, and leaves no file, complete or partial")
  func interrupted() throws {
    let outcome = try Imprint.run(
      interruptedBy: SIGINT, "train", "--model", Flowers.extractor, "--data", Material.flowers17.path,
      "--output", output.path)
    #expect(outcome.code == 130)
    #expect(outcome.stderr == "Stopped: nothing was written.\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
  }

  @Test(
    "Wrong usage exits with 64 and says what is wrong",
    arguments: [
      (["train", "--output", "o"], "--data"), (["train", "--data", "d", "--rename", "rose"], "folder=name"),
      (["train", "--from", "s", "--output", "o", "--shots", "3"], "--data"),
      (["train", "--from", "s", "--output", "o", "--augment", "five"], "--augment"),
      (["train", "--data", "d", "--output", "o", "--head", "deep"], "analytic"),
      (["embed", "d"], "--output"), (["embed", "d", "-o", "o", "--budget", "-1"], "--budget"),
      (["merge", "-o", "o"], "files"), (["merge", "a", "-o", "o", "--rename", "rose"], "old=new"),
      (["train", "--model", "m", "--data", "d", "--output", "o", "--test-ratio", "1"], "--test-ratio"),
      (["train", "--model", "m", "--data", "d", "--output", "o", "--shots", "0"], "--shots"),
      (["train", "--model", "m", "--data", "d", "--output", "o", "--resize", "crop:7"], "--resize"),
      (["classify", "--model", "m", "p", "--top-k", "0"], "--top-k"), (["classify", "--model", "m"], "pictures"),
      (["classify", "--model", "m", "p", "--test-time-augmentation", "2"], "--test-time-augmentation"),
      (["inspect"], "model"),
      (["evaluate", "--model", "m", "--data", "d", "--threads", "0"], "--threads"),
      (["paint"], "paint"),
    ])
  func usage(arguments: [String], words: String) throws {
    let outcome = try Imprint.run(arguments)
    #expect(outcome.code == 64)
    #expect(outcome.stderr.contains(words), "\(outcome.stderr)")
    #expect(outcome.output == "")
  }

  @Test(
    "The help of every command has an example",
    arguments: ["train", "classify", "evaluate", "embed", "merge", "inspect", "model convert", "model fetch"])
  func help(command: String) throws {
    let outcome = try Imprint.run(after: "true", command.split(separator: " ").map(String.init) + ["--help"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("EXAMPLES"))
    #expect(outcome.output.contains("imprint \(command) "))
  }

  @Test("Without the runtime, the error says where the command looked and how to install it")
  func noRuntime() throws {
    let outcome = try Imprint.run(
      after: "export IMPRINT_LITERT=/nowhere/libLiteRt.so",
      ["classify", "--model", Flowers.l2norm, Material.coralPicture("cat_test_0").path])
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("/nowhere/libLiteRt.so"))
    #expect(outcome.stderr.contains("scripts/setup"))
  }
}
