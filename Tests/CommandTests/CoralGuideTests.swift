import Foundation
import TestMaterial
import Testing
import Torch

/// Coral's guide: a quantised base with a frozen body is trained, evaluated, exported, and classes are imprinted on it.
@Suite(
  "imprint pretrain with Coral's guide",
  .enabled(if: TorchLibrary.isInstalled, "needs libtorch (scripts/setup --training)"))
struct CoralGuideTests {
  private let folder: TemporaryFolder
  private let data: URL
  private let pretrained = Material.model("mobilenet_v1_0.25_128_quant").path

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder(["daffodil", "iris", "pansy", "sunflower"].map { ($0, $0, 0..<12) }, in: folder)
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func run(_ arguments: String...) throws -> Imprint.Outcome {
    let outcome = try Imprint.run(arguments)
    #expect(outcome.code == 0, "\(arguments): \(outcome.stderr)")
    return outcome
  }

  private func expectRefusal(_ outcome: Imprint.Outcome, code: Int32 = 1, _ words: String...) {
    #expect(outcome.code == code && outcome.output.isEmpty, "\(outcome.code) \(outcome.stderr)")
    for word in words { #expect(outcome.stderr.contains(word), "\(outcome.stderr)") }
  }

  private func training(_ more: String...) -> [String] {
    [
      "pretrain", "--quantize=True", "--fine_tune_checkpoint=\(pretrained)", "--checkpoint_dir=\(path("logs"))",
      "--dataset_dir=\(data.path)", "--freeze_base_model=True", "--depth_multiplier=0.25", "--image_size=128",
      "--batch_size=8", "--test_ratio=0.25",
    ] + more
  }

  @Test("Its own command trains a base that train, split and join take")
  func guide() throws {
    let trained = try Imprint.run(training("--number_of_steps=52"))
    #expect(trained.code == 0, "\(trained.stderr)")
    // 36 pictures are four batches.
    #expect(trained.stderr.contains("epoch 13  loss") && !trained.stderr.contains("epoch 14"))
    let evaluated = try run(
      "pretrain", "evaluate", "--quantize=True", "--checkpoint_dir=\(path("logs"))", "--dataset_dir", data.path,
      "--test_ratio=0.25")
    #expect(evaluated.output.contains("Accuracy on 12 test pictures"))
    let base = path("base.tflite")
    _ = try run("pretrain", "export", "--quantize=True", "--checkpoint_dir", path("logs"), "--output_file=\(base)")
    let inspected = try run("inspect", "--operators", base).output
    for name in ["L2_NORMALIZATION", "MUL", "RESHAPE", "SOFTMAX"] { #expect(inspected.contains(name)) }
    #expect(!inspected.contains(" QUANTIZE") && inspected.contains("imprinted layout: 4 classes"))
    let others = try Flowers.folder(
      [("crocus", "crocus", 0..<4), ("tulip", "tulip", 0..<4)], in: folder, named: "others")
    _ = try run(
      "train", "--model", base, "--data", others.path, "--head", "imprinted", "--keep-classes", "--output",
      path("new.tflite"))
    #expect(try run("inspect", path("new.tflite")).output.contains("imprinted layout: 6 classes"))
    _ = try run("model", "split", base, "--at", "embedding", "-o", path("body.tflite"), path("head.tflite"))
    _ = try run("model", "join", path("body.tflite"), path("head.tflite"), "-o", path("joined.tflite"))
    let picture = try Flowers.pictures(of: "pansy", 0..<1)[0].path
    let answers = try ["base", "joined"].map { try run("classify", "--model", path("\($0).tflite"), picture).output }
    #expect(answers[0] == answers[1] && answers[0].contains("pansy"), "\(answers)")
  }

  @Test("What quantize writes is taken by train and adapt, whatever the types", arguments: ["uint8", "int8"])
  func quantized(type: String) throws {
    let outcome = try Imprint.run([
      "pretrain", "--pretrained", pretrained, "--architecture", "mobilenet-v1-0.25", "--side", "96", "--freeze-base",
      "--data", data.path, "--epochs", "5", "-o", path("logs"),
    ])
    #expect(outcome.code == 0, "\(outcome.stderr)")
    _ = try run("pretrain", "export", path("logs"), "-o", path("float.tflite"))
    let written = try run(
      "model", "quantize", path("float.tflite"), "--calibration", data.path, "--output-type", type, "-o",
      path("bytes.tflite"), "--json")
    struct Report: Decodable {
      let bytesBefore, bytesAfter: Int
      let embeddingCosine: Double
    }
    let report = try written.decoded(as: Report.self)
    #expect(report.bytesAfter < report.bytesBefore / 2 && report.embeddingCosine > 0.95)
    let others = try Flowers.folder(
      [("crocus", "crocus", 0..<4), ("tulip", "tulip", 0..<4)], in: folder, named: "others")
    _ = try run(
      "train", "--model", path("bytes.tflite"), "--data", others.path, "--head", "imprinted", "--keep-classes",
      "--output", path("new.tflite"))
    let picture = try Flowers.pictures(of: "tulip", 0..<1)[0].path
    #expect(try run("classify", "--model", path("new.tflite"), picture).output.contains("tulip"))
    _ = try run("model", "adapt", path("bytes.tflite"), "-o", path("adapted.tflite"))
  }

  @Test("More steps extend the finished run in place")
  func extended() throws {
    #expect(try Imprint.run(training("--number_of_steps=6")).code == 0)
    let longer = try Imprint.run(training("--number_of_steps=10", "--resume"))
    #expect(longer.code == 0, "\(longer.stderr)")
    #expect(longer.stderr.contains("Resuming after step 6"))
    let last = try Imprint.run(
      "pretrain", "--data", data.path, "--test-ratio", "0.25", "-o", path("logs"), "--resume", "--steps", "12")
    #expect(last.code == 0, "\(last.stderr)")
    #expect(last.stderr.contains("Resuming after step 10"))
    expectRefusal(
      try Imprint.run(training("--number_of_steps=5", "--resume")), "its settings are different")
  }

  @Test("A TensorFlow checkpoint of its script is evaluated, exported and converted whole")
  func checkpoint() throws {
    let classes = ["daffodil", "iris", "pansy", "sunflower"]
    let prefix = folder.appending("model.ckpt-1000")
    try CoralVariables(classes: 4).write(to: prefix)
    let labels = folder.appending("labels.txt")
    try Data(classes.enumerated().map { "\($0):\($1)\n" }.joined().utf8).write(to: labels)
    let evaluated = try run("pretrain", "evaluate", prefix.path, "--data", data.path, "--side", "64")
    #expect(evaluated.output.contains("Accuracy on 48 test pictures"))
    let base = path("base.tflite")
    _ = try run("pretrain", "export", prefix.path, "--labels", labels.path, "--side", "64", "-o", base)
    let inspected = try run("inspect", "--operators", base).output
    #expect(inspected.contains("imprinted layout: 4 classes") && inspected.contains("UINT8"))
    let converted = path("converted.tflite")
    _ = try run(
      "model", "convert", "--architecture", "mobilenet-v1-0.25", prefix.path, "--labels", labels.path, "-o", converted)
    #expect(try run("inspect", converted).output.contains("imprinted layout: 4 classes"))
    let picture = try Flowers.pictures(of: "iris", 0..<1)[0].path
    let named = try run("classify", "--model", converted, picture).output
    #expect(classes.contains { named.contains($0) })
  }

  @Test("Says what is wrong with a checkpoint of another kind")
  func refused() throws {
    let prefix = folder.appending("model.ckpt")
    let output = ["-o", path("base.tflite")]
    func export(_ variables: CoralVariables, _ more: String...) throws -> Imprint.Outcome {
      try variables.write(to: prefix)
      return try Imprint.run(["pretrain", "export", prefix.path] + output + more)
    }
    var headless = CoralVariables()
    headless.set(CoralVariables.rows + "/weights", to: nil)
    expectRefusal(try export(headless), "no L2-normalised head", "--pretrained")
    let labels = folder.appending("labels.txt")
    try Data("0:a\n1:b\n".utf8).write(to: labels)
    expectRefusal(try export(CoralVariables(), "--labels", labels.path), "3 classes, but there are 2 labels")
    expectRefusal(
      try export(CoralVariables(isQuantized: false), "--quantize", "uint8"), "has no ranges of fake quantisation")
    expectRefusal(
      try Imprint.run(["pretrain", "evaluate", prefix.path, "--data", data.path]), "3 classes, but there are 4 labels")
    expectRefusal(
      try Imprint.run(["pretrain", "export", prefix.path, "--float", "--quantize", "int8"] + output), code: 64,
      "exclude each other")
  }

  @Test("Rejects steps that make no sense, and an architecture that there is none of")
  func options() throws {
    expectRefusal(try Imprint.run(training("--number_of_steps=0")), code: 64, "--steps is 0")
    expectRefusal(try Imprint.run(training("--steps", "5", "--epochs", "2")), code: 64, "exclude each other")
    expectRefusal(try Imprint.run(training("--architecture", "resnet50")), "resnet50", "mobilenet-v1-1.0")
    expectRefusal(try Imprint.run(training("--freeze_base_model=maybe")), code: 64, "freeze_base_model")
    expectRefusal(try Imprint.run(training("--quantize-delay", "2")), "a frozen base is quantised from the start")
  }
}
