import Foundation
import TestMaterial
import Testing

@Suite("Metadata of written models")
struct MetadataTests {
  private let folder: TemporaryFolder
  private let small = Material.model("mobilenet_v1_0.25_128_quant").path
  private let labels = Material.root.appending(path: "models/imagenet_labels.txt").path

  init() throws { folder = try TemporaryFolder() }

  private struct Inspection: Decodable {
    struct Model: Decodable {
      struct About: Decodable {
        struct Normalization: Decodable { let mean, deviation: [Float] }
        let name: String?
        let normalization: Normalization?
        let labelFile: String?
        let files: [String]
        let problem: String?
      }
      let about: About?
    }
    let model: Model
    let labels: [Int: String]
  }

  private func inspect(_ file: URL) throws -> Inspection {
    try Imprint.run("inspect", "--json", file.path).decoded(as: Inspection.self)
  }

  @Test("'train' writes labels and normalisation, which 'inspect' shows")
  func trained() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    let file = folder.appending("flowers.tflite")
    #expect(
      try Imprint.run("train", "--model", Flowers.extractor, "--data", data.path, "--output", file.path).code == 0)
    let about = try #require(try inspect(file).model.about)
    #expect(about.labelFile == "labels.txt")
    #expect(about.files == ["labels.txt"])
    #expect(about.normalization?.mean == [128])
    #expect(about.normalization?.deviation == [128])
    #expect(about.problem == nil)
    let text = try Imprint.run("inspect", file.path).output
    #expect(text.contains("Labels  labels.txt, packed into the model file"))
    #expect(text.contains("Pixels  (byte − 128.0) / 128.0"))
    let plain = try inspect(Material.model("mobilenet_v1_0.25_128_quant"))
    #expect(plain.model.about == nil)
  }

  @Test("'adapt' packs the given labels, and 'train' adds to them")
  func adapted() throws {
    let base = folder.appending("base.tflite")
    #expect(try Imprint.run("model", "adapt", small, "--labels", labels, "-o", base.path).code == 0)
    #expect(try inspect(base).labels.count == 1001)
    let data = try Flowers.folder([("meadow iris", "iris", 0..<4)], in: folder)
    let file = folder.appending("more.tflite")
    #expect(
      try Imprint.run(
        "train", "--model", base.path, "--keep-classes", "--data", data.path, "--output", file.path
      ).code == 0)
    let inspection = try inspect(file)
    #expect(inspection.labels[0] == "background")
    #expect(inspection.labels[1001] == "meadow iris")
    #expect(inspection.model.about?.files == ["labels.txt"])
    #expect(inspection.model.about?.name == "Image classifier")
  }

  @Test("Rejects labels of another model")
  func misfit() throws {
    let wrong = folder.appending("wrong.txt")
    try "0  nothing\n1001  one too many\n".write(to: wrong, atomically: true, encoding: .utf8)
    let out = folder.appending("out.tflite")
    let outcome = try Imprint.run("model", "adapt", small, "--labels", wrong.path, "-o", out.path)
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("name class 1001, and the model's last is 1000"))
    let withoutClasses = try Imprint.run("model", "adapt", Flowers.extractor, "--labels", labels, "-o", out.path)
    #expect(withoutClasses.code == 1)
    #expect(withoutClasses.stderr.contains("no classes to keep"))
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test(
    "'convert' writes the name of the network, its normalisation and the given labels",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func converted() throws {
    let names = folder.appending("names.txt")
    try (0..<1000).map { "class \($0)\n" }.joined().write(to: names, atomically: true, encoding: .utf8)
    let file = folder.appending("lite0.tflite")
    let outcome = try Imprint.run(
      "model", "convert", "--architecture", "efficientnet-lite0", Material.weights.path, "--labels", names.path, "-o",
      file.path)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let inspection = try inspect(file)
    #expect(inspection.model.about?.name == "efficientnet-lite0")
    #expect(inspection.model.about?.normalization?.mean == [127.5])
    #expect(inspection.model.about?.normalization?.deviation == [127.5])
    #expect(inspection.labels[999] == "class 999")
  }
}
