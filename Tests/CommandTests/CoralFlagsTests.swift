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
      ["train", "--model", model, "--test-ratio", "0.25", "--keep-classes"] + common + [ours.path])
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

  @Test("Does not list Coral's flags in the help")
  func hidden() throws {
    for command in ["train", "classify", "evaluate"] {
      let help = try Imprint.run(command, "--help").output
      #expect(!help.contains("model_path") && !help.contains("top_k") && !help.contains("--label "))
    }
  }
}
