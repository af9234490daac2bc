import Foundation
import TestMaterial
import Testing
import Torch

/// Trains a base as a user does, on real flowers, with the smallest network.
@Suite(
  "imprint pretrain",
  .enabled(
    if: TorchLibrary.isInstalled, "needs libtorch (scripts/setup --training)"))
struct PretrainTests {
  private let folder: TemporaryFolder
  private let data: URL
  private let pretrained = Material.model("mobilenet_v1_0.25_128_quant").path

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder(
      ["daffodil", "iris", "pansy", "sunflower"].map { ($0, $0, 0..<16) }, in: folder)
  }

  private var run: String { folder.appending("run").path }
  private var best: String { folder.appending("run/best.safetensors").path }
  private var last: URL { folder.appending("run/last.safetensors") }

  private func pretrain(_ more: String..., output: String? = nil, data: URL? = nil) -> [String] {
    [
      "pretrain", "--data", (data ?? self.data).path, "--test-ratio", "0.25", "--architecture", "mobilenet-v1-0.25",
      "-o", output ?? run,
    ] + more
  }

  private func expectRefusal(_ outcome: Imprint.Outcome, code: Int32 = 1, _ words: String...) {
    #expect(outcome.code == code && outcome.output.isEmpty, "\(outcome.code) \(outcome.stderr)")
    for word in words { #expect(outcome.stderr.contains(word), "\(outcome.stderr)") }
  }

  private struct Report: Decodable {
    struct Evaluation: Decodable {
      let pictures: Int
      let top1, top5: Double
    }

    let evaluation: Evaluation
    let best: String
  }

  @Test("Trains a base, from which 'train' makes a classifier of other classes")
  func endToEnd() throws {
    let trained = try Imprint.run(pretrain("--pretrained", pretrained, "--side", "128", "--freeze-base", "--json"))
    #expect(trained.code == 0, "\(trained.stderr)")
    let report = try trained.decoded(as: Report.self)
    #expect(report.evaluation.pictures == 16 && report.evaluation.top1 >= 0.75)
    #expect(trained.stderr.contains("epoch 30  loss"))

    let evaluated = try Imprint.run("pretrain", "evaluate", best, "--data", data.path, "--test-ratio", "0.25", "--json")
    #expect(evaluated.code == 0, "\(evaluated.stderr)")
    #expect(try evaluated.decoded(as: Report.Evaluation.self).top1 == report.evaluation.top1)

    let base = folder.appending("base.tflite").path
    let exported = try Imprint.run("pretrain", "export", best, "-o", base)
    #expect(exported.code == 0, "\(exported.stderr)")
    #expect(exported.output.contains("4 classes"))
    let others = try Flowers.folder(
      [("crocus", "crocus", 0..<6), ("tulip", "tulip", 0..<6)], in: folder, named: "others")
    let classifier = folder.appending("new.tflite").path
    let classifierRun = try Imprint.run(
      "train", "--model", base, "--data", others.path, "--head", "imprinted", "--keep-classes", "--output", classifier)
    #expect(classifierRun.code == 0, "\(classifierRun.stderr)")
    let named = try Imprint.run("classify", "--model", classifier, Flowers.pictures(of: "tulip", 0..<1)[0].path)
    #expect(named.code == 0 && named.output.contains("tulip"), "\(named.output) \(named.stderr)")
  }

  @Test(
    "libtorch's threads sleep while they wait for each other, unless the user says otherwise",
    arguments: [("unset OMP_WAIT_POLICY", "0"), ("export OMP_WAIT_POLICY=active", "30000000000")])
  func waiting(preparation: String, spins: String) throws {
    let trained = try Imprint.run(
      after: "\(preparation); export OMP_DISPLAY_ENV=verbose",
      pretrain("--pretrained", pretrained, "--side", "128", "--freeze-base", "--steps", "1"))
    // Without a policy it is 300000, though the policy is then displayed as passive too.
    #expect(trained.code == 0 && trained.stderr.contains("GOMP_SPINCOUNT = '\(spins)'"), "\(trained.stderr)")
  }

  @Test("A network trained for uint8 has the same accuracy after export, and only integer operators")
  func bytes() throws {
    let trained = try Imprint.run(
      pretrain(
        "--pretrained", pretrained, "--side", "96", "--epochs", "3", "--quantize", "uint8", "--quantize-delay", "1",
        "--projection", "64", "--json"))
    #expect(trained.code == 0, "\(trained.stderr)")
    let report = try trained.decoded(as: Report.self)
    let base = folder.appending("base.tflite").path
    let exported = try Imprint.run("pretrain", "export", best, "-o", base)
    #expect(exported.code == 0 && exported.output.contains("uint8"), "\(exported.stderr)")
    let heldBack = folder.appending("held.csv")
    let rows = try ["daffodil", "iris", "pansy", "sunflower"].flatMap { flower in
      try FileManager.default.contentsOfDirectory(atPath: data.appending(path: flower).path).sorted().prefix(4)
        .map { "\(data.appending(path: flower).path)/\($0),\(flower)\n" }
    }
    try Data(rows.joined().utf8).write(to: heldBack)
    struct Accuracies: Decodable { let topK: [Double] }
    let evaluated = try Imprint.run("evaluate", "--model", base, "--data", heldBack.path, "--json")
    #expect(evaluated.code == 0, "\(evaluated.stderr)")
    let accuracy = try #require(evaluated.decoded(as: Accuracies.self).topK.first)
    // One of the 16 pictures may be so close between two classes that rounding decides.
    #expect(abs(accuracy - report.evaluation.top1) <= 1.0 / 16 + 1e-9)
    let inspected = try Imprint.run("inspect", "--operators", base)
    #expect(inspected.output.contains("L2_NORMALIZATION") && !inspected.output.contains("FLOAT32  ["))
  }

  @Test("A run that is killed at any moment resumes to exactly the same weights")
  func killed() throws {
    let options = ["--side", "64", "--epochs", "3", "--batch-size", "8", "--threads", "2", "--ema-decay", "0.9"]
    let uninterrupted = folder.appending("whole").path
    #expect(try Imprint.run(pretrain(output: uninterrupted) + options).code == 0)
    let expected = try #require(weights(URL(filePath: uninterrupted).appending(path: "last.safetensors")))
    let first = try Imprint.run(
      after: ":", interruptedBy: SIGKILL, once: last, pretrain() + options)
    #expect(first.code == -1)
    var outcome = first
    for delay in [0.25, 0.6, 1] {
      outcome = try Imprint.run(
        after: "(sleep \(delay); kill -9 $$) 2>/dev/null & :", pretrain("--resume") + options)
      if outcome.code == 0 { break }
      #expect(weights(last) != nil, "a checkpoint was damaged")
    }
    if outcome.code != 0 { outcome = try Imprint.run(pretrain("--resume") + options) }
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(weights(last) == expected)
  }

  /// Returns the bytes of all tensors of a safetensors file.
  private func weights(_ file: URL) -> Data? {
    guard let data = try? Data(contentsOf: file), data.count > 8 else { return nil }
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return length < data.count ? data.dropFirst(8 + length) : nil
  }

  @Test("Ctrl-C writes a checkpoint and says how to resume")
  func interrupted() throws {
    let outcome = try Imprint.run(
      after: ":", interruptedBy: SIGINT, once: last,
      pretrain("--side", "64", "--epochs", "500", "--batch-size", "8"))
    #expect(outcome.code == 130, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("--resume"))
    let resumed = try Imprint.run(pretrain("--side", "64", "--epochs", "3", "--batch-size", "8", "--resume"))
    expectRefusal(resumed, "its settings are different (epochs)")
  }

  @Test("A full disk stops the run and leaves the last checkpoint, from which it resumes")
  func fullDisk() throws {
    let options = ["--side", "64", "--epochs", "40", "--batch-size", "8"]
    let first = try Imprint.run(after: ":", interruptedBy: SIGINT, once: last, pretrain() + options)
    #expect(first.code == 130)
    let before = try Data(contentsOf: last)
    let full = try Imprint.run(after: "trap '' XFSZ; ulimit -f 512", pretrain("--resume") + options)
    expectRefusal(full, "run/", "cannot be written")
    #expect(try Data(contentsOf: last) == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: run)
    #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(names)")
    #expect(try Imprint.run(pretrain("--resume") + options).code == 0)
  }

  @Test("Runs the experiment of the paper, prints a table and writes a page with charts")
  func experiment() throws {
    let page = folder.appending("page.html")
    let arguments = [
      "pretrain", "experiment", "--data", data.path, "--base-classes", "daffodil,iris", "--test-ratio", "0.25",
      "--architecture", "mobilenet-v1-0.25", "--side", "128", "--pretrained", pretrained, "--freeze-base", "-o", run,
      "--shots",
      "1,5", "--draws", "2", "--report", page.path,
    ]
    let outcome = try Imprint.run(arguments)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    for words in ["2 new classes, of all 4", "random, tuned", "imprinted, varied", "imprinted, tuned", "analytic"] {
      #expect(outcome.output.contains(words), "\(outcome.output)")
    }
    let html = try String(contentsOf: page, encoding: .utf8)
    #expect(html.components(separatedBy: "<polyline").count - 1 == 10)
    // The second run uses the trained base.
    let again = try Imprint.run(arguments)
    #expect(again.code == 0 && !again.stderr.contains("epoch 1 "), "\(again.stderr)")
    #expect(again.output == outcome.output)
    expectRefusal(
      try Imprint.run(arguments + ["--base-classes", "daffodil,zebra"]), "the data has no class \"zebra\"")
    expectRefusal(try Imprint.run(arguments + ["--base-classes", "4"]), "leave some out")
    expectRefusal(try Imprint.run(arguments + ["--shots", "1,none"]), code: 64, "--shots")
  }

  // MARK: Bad input

  @Test("Rejects pretrained weights of another architecture, and names a tensor that differs")
  func otherArchitecture() throws {
    let other = Material.model("mobilenet_v2_1.0_224_quant").path
    expectRefusal(try Imprint.run(pretrain("--pretrained", other)), "mobilenet-v1-0.25")
    let wider = Material.model("mobilenet_v1_1.0_224_quant").path
    expectRefusal(try Imprint.run(pretrain("--pretrained", wider)), "mobilenet-v1-1.0", "Conv2d_0")
    #expect(!FileManager.default.fileExists(atPath: run))
  }

  @Test("Names a class without pictures, a damaged record file and missing data")
  func badPictures() throws {
    try FileManager.default.createDirectory(at: data.appending(path: "weeds"), withIntermediateDirectories: true)
    expectRefusal(try Imprint.run(pretrain()), "weeds")

    let shards = folder.appending("records")
    try FileManager.default.createDirectory(at: shards, withIntermediateDirectories: true)
    let shard = shards.appending(path: "train-00000-of-00001")
    try Data([UInt8](repeating: 7, count: 200)).write(to: shard)
    expectRefusal(try Imprint.run(pretrain(data: shards)), "train-00000-of-00001", "record 0")
    expectRefusal(try Imprint.run(pretrain(data: folder.appending("nowhere"))), "nowhere")
  }

  @Test("Rejects checkpoints of later versions, and files that are no checkpoints")
  func checkpoints() throws {
    let header = #"{"__metadata__":{"imprint":"{\"version\":9}"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    bytes.append(contentsOf: header.utf8)
    bytes.append(contentsOf: [0, 0, 0, 0])
    let newer = folder.appending("newer.safetensors")
    try bytes.write(to: newer)
    for command in [["evaluate", newer.path, "--data", data.path], ["export", newer.path, "-o", run + ".tflite"]] {
      expectRefusal(try Imprint.run(["pretrain"] + command), "later version", "newer.safetensors")
    }
    expectRefusal(try Imprint.run(pretrain("--pretrained", newer.path)), "later version", "newer.safetensors")
    expectRefusal(
      try Imprint.run("pretrain", "export", pretrained, "-o", run + ".tflite"), "mobilenet_v1_0.25_128_quant")
    expectRefusal(try Imprint.run("pretrain", "export", "none.safetensors", "-o", run + ".tflite"), "none.safetensors")
  }

  @Test("Rejects options that make no sense")
  func options() throws {
    expectRefusal(try Imprint.run(pretrain("--test-ratio", "1")), code: 64, "--test-ratio")
    expectRefusal(
      try Imprint.run("pretrain", "evaluate", "x", "--data", data.path, "--test-ratio", "-0.5"), code: 64,
      "--test-ratio")
    expectRefusal(
      try Imprint.run("pretrain", "experiment", "--data", data.path, "--base-classes", "2", "-o", run), code: 64,
      "--test-ratio")
    expectRefusal(try Imprint.run(pretrain("--schedule", "steps:2:1")), code: 64, "--schedule")
    expectRefusal(try Imprint.run(pretrain("--recompute-embeddings")), code: 64, "--freeze-base")
    expectRefusal(try Imprint.run(pretrain("--quantize-delay", "1")), code: 64, "--quantize")
    expectRefusal(try Imprint.run(pretrain("--device", "tpu")), code: 64, "--device")
    expectRefusal(try Imprint.run(pretrain("--resume")), "there is no checkpoint")
    expectRefusal(try Imprint.run(pretrain("--side", "7")), "side")
    expectRefusal(try Imprint.run(pretrain("--architecture", "resnet50")), "mobilenet-v1-1.0")
  }
}

@Suite("imprint pretrain without libtorch")
struct PretrainWithoutTorchTests {
  @Test("Says what is missing and how to install it; the help does not list the command")
  func missing() throws {
    let nowhere = "export IMPRINT_TORCH=/nowhere/libImprintTorch.so"
    let outcome = try Imprint.run(after: nowhere, ["pretrain", "--data", "flowers", "-o", "run"])
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("scripts/setup --training"), "\(outcome.stderr)")
    #expect(try !Imprint.run(after: nowhere, ["--help"]).output.contains("pretrain"))
  }
}
