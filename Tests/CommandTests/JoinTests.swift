import Foundation
import TestMaterial
import Testing

@Suite("The commands that split and join models")
struct JoinTests {
  private let folder: TemporaryFolder
  private let small = Material.model("mobilenet_v1_0.25_128_quant").path
  private let extractor = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor").path
  private let head = Material.model("mobilenet_quant_v1_224_head_layers").path

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func model(_ arguments: String...) throws -> Imprint.Outcome { try Imprint.run(["model"] + arguments) }

  private struct Part: Decodable {
    struct End: Decodable {
      let name: String?
      let type: String
      let shape: [Int]
    }
    let operators: Int
    let inputs, outputs: [End]
  }

  /// Trains a classifier of two flowers, and returns its file.
  private func trainClassifier() throws -> URL {
    let data = try Flowers.folder([("daisy", "daisy", 0..<6), ("iris", "iris", 0..<6)], in: folder)
    let file = folder.appending("trained.tflite")
    let training = try Imprint.run("train", "--model", small, "--data", data.path, "--output", file.path)
    #expect(training.code == 0, "\(training.stderr)")
    return file
  }

  @Test("A trained classifier that is split at its embedding and joined again gives the same answers and description")
  func roundTrip() throws {
    let classifier = try trainClassifier().path
    let (base, top, again) = (path("base.tflite"), path("head.tflite"), path("again.tflite"))
    let split = try model("split", classifier, "--at", "embedding", "-o", base, top, "--json")
    let parts = try split.decoded(as: [Part].self)
    #expect(parts.count == 2 && parts[0].outputs.map(\.name) == parts[1].inputs.map(\.name))
    #expect(parts[0].inputs[0].type == "UINT8" && parts[1].outputs[0].shape == [1, 2])
    let joined = try model("join", base, top, "-o", again)
    #expect(joined.code == 0 && joined.stderr == "", "\(joined.stderr)")
    let files = try ["daisy", "iris"].flatMap { name in
      let flowers = Material.flowers17.appending(path: name)
      return try FileManager.default.contentsOfDirectory(atPath: flowers.path).sorted().suffix(2)
        .map { flowers.appending(path: $0).path }
    }
    let answers = try [classifier, again].map { try Imprint.run(["classify", "--json", "--model", $0] + files) }
    #expect(answers[0].code == 0 && answers[0].output == answers[1].output)
    #expect(answers[0].output.contains("iris"))
    let descriptions = try [classifier, again].map { try Imprint.run("inspect", $0).output.split(separator: "\n") }
    for word in ["Head", "Unknown", "Resize", "Signatures"] {
      #expect(descriptions[0].first { $0.hasPrefix(word) } == descriptions[1].first { $0.hasPrefix(word) })
    }
  }

  @Test("Drops, extracts and replaces heads")
  func heads() throws {
    let compiled = Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu").path
    let (top, base, made) = (path("top.tflite"), path("base.tflite"), path("made.tflite"))
    #expect(try model("head", compiled, "--take", "-o", top, "--json").decoded(as: Part.self).operators == 5)
    #expect(try model("head", compiled, "--drop", "-o", base, "--json").decoded(as: Part.self).operators == 1)
    #expect(try model("head", compiled, "--replace", head, "-o", made, "--json").decoded(as: Part.self).operators == 4)
    #expect(try Imprint.run("inspect", made).output.contains("edgetpu-custom-op"))
    #expect(try model("head", compiled, "--replace", top, "-o", made, "--json").decoded(as: Part.self).operators == 6)
    let none = try model("head", extractor, "--take", "-o", top)
    #expect(none.code == 1 && none.stderr.contains("the head would be empty"), "\(none.stderr)")
    #expect(try model("head", compiled, "--take", "--drop", "-o", top).code == 64)
    #expect(try model("head", compiled, "--replace", compiled, "-o", top).code == 64)
  }

  @Test("Appends a bypassed output after that of the head")
  func bypass() throws {
    let name = "MobilenetV1/Logits/AvgPool_1a/AvgPool"
    let joined = try model("join", extractor, head, "--bypass", name, "-o", path("both.tflite"), "--json")
    let outputs = try joined.decoded(as: Part.self).outputs
    #expect(outputs.count == 2 && outputs[1].name == name)
  }

  @Test(
    "Rejects models that do not fit, are missing or are the same file, and writes nothing",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func refused() throws {
    let output = path("out.tflite")
    let unfitting = try model("join", small, head, "-o", output)
    #expect(unfitting.code == 1)
    for word in ["[1, 1001] and [1, 1, 1, 1024]", "the scale is 0.00390625 and 0.023528477"] {
      #expect(unfitting.stderr.contains(word), "\(unfitting.stderr)")
    }
    let itself = try model("join", extractor, extractor, "-o", output)
    #expect(itself.code == 64 && itself.stderr.contains("are the same file"))
    let link = folder.appending("link.tflite")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: URL(filePath: extractor))
    #expect(try model("join", link.path, extractor, "-o", output).stderr.contains("are the same file"))
    let copy = folder.appending("copy.tflite")
    try FileManager.default.copyItem(at: URL(filePath: extractor), to: copy)
    #expect(try model("join", extractor, copy.path, "-o", output).code == 1)
    let overwriting = try model("join", copy.path, head, "-o", copy.path)
    #expect(overwriting.code == 64 && overwriting.stderr.contains("would overwrite an input file"))
    let wrong = try model("split", small, "--at", "AvgPool", "-o", path("b.tflite"), path("h.tflite"))
    #expect(wrong.code == 1 && wrong.stderr.contains("did you mean"), "\(wrong.stderr)")
    #expect(try model("split", small, "--at", "embedding", "-o", path("b.tflite")).code == 64)
    #expect(try model("split", small, "--at", "embedding", "-o", output, output).code == 64)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(files.sorted() == ["copy.tflite", "link.tflite"])
  }

  @Test("Writes a model unchanged if there are no constants to fold")
  func folded() throws {
    let outcome = try model("fold", small, "-o", path("folded.tflite"))
    #expect(outcome.code == 0 && outcome.output.contains("Folded  0 tensors"), "\(outcome.stderr)")
    #expect(try Imprint.run("inspect", path("folded.tflite")).code == 0)
  }

  @Test("Renames classes in the model and in the label file, and keeps their order")
  func renamed() throws {
    let classifier = try trainClassifier()
    let beside = folder.appending("trained.txt")
    let outcome = try model("rename-labels", classifier.path, "daisy=Gänseblümchen", "-o", classifier.path)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("trained.embeddings has the old names"))
    #expect(try String(contentsOf: beside, encoding: .utf8) == "0  Gänseblümchen\n1  iris\n")
    #expect(try Imprint.run("inspect", classifier.path).output.contains("0  Gänseblümchen"))
    let list = folder.appending("list.txt")
    try "one\ntwo\n".write(to: list, atomically: true, encoding: .utf8)
    let other = folder.appending("other.tflite")
    #expect(try model("rename-labels", classifier.path, list.path, "-o", other.path).code == 0)
    #expect(
      try String(contentsOf: folder.appending("other.txt"), encoding: .utf8) == "0  one\n1  two\n")
    for (arguments, word) in [
      (["rose=x"], "no class is called rose"), (["iris=Gänseblümchen"], "would all be called"),
      ([path("nothing.txt")], "cannot be read"),
    ] {
      let refused = try Imprint.run(["model", "rename-labels", classifier.path] + arguments + ["-o", other.path])
      #expect(refused.code == 1 && refused.stderr.contains(word), "\(refused.stderr)")
    }
    // Replaces an unreadable label file; two classes may share a name.
    let damaged = folder.appending("damaged.tflite")
    try FileManager.default.copyItem(at: URL(filePath: small), to: damaged)
    try Data([0xFF, 0xFE]).write(to: folder.appending("damaged.txt"))
    let names = (0..<1001).map { "\($0 % 1000)\n" }.joined()
    try names.write(to: list, atomically: true, encoding: .utf8)
    let replaced = try model("rename-labels", damaged.path, list.path, "-o", damaged.path)
    #expect(replaced.code == 0 && replaced.stderr.contains("0, 1000 are all called 0"), "\(replaced.stderr)")
    try "one\n".write(to: list, atomically: true, encoding: .utf8)
    let short = try model("rename-labels", classifier.path, list.path, "-o", other.path)
    #expect(short.code == 1 && short.stderr.contains("1 names for 2 classes"), "\(short.stderr)")
    let nameless = try model("rename-labels", small, "a=b", "-o", other.path)
    #expect(nameless.code == 64 && nameless.stderr.contains("contains no class names"), "\(nameless.stderr)")
  }
}
