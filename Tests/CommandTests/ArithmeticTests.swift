import Foundation
import TestMaterial
import Testing

@Suite("Choosing the arithmetic")
struct PrecisionTests {
  private struct Report: Decodable {
    let arithmetic: String
    let pictures: Int
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func embed(_ precision: String, _ range: Range<Int>) throws -> Report {
    let data = try Flowers.folder([("iris", "iris", range)], in: folder, named: precision)
    return try Imprint.run(
      "embed", data.path, "--model", Flowers.extractor, "--arithmetic", precision, "-o",
      path(precision + ".embeddings"),
      "--json"
    ).decoded(as: Report.self)
  }

  @Test("Embeddings say which arithmetic computed them, and both kinds are merged only if that is asked for")
  func merging() throws {
    #expect(try embed("exact", 0..<2).arithmetic == "exact")
    #expect(try embed("int8", 2..<4).arithmetic == "int8")
    let merge = ["merge", path("exact.embeddings"), path("int8.embeddings"), "-o", path("both.embeddings"), "--json"]
    let refused = try Imprint.run(merge)
    #expect(refused.code == 1)
    #expect(refused.complaints.contains("int8.embeddings"))
    #expect(refused.complaints.contains("--allow-mixed-arithmetic"))
    #expect(!FileManager.default.fileExists(atPath: path("both.embeddings")))
    #expect(try Imprint.run(merge + ["--allow-mixed-arithmetic"]).decoded(as: Report.self).pictures == 4)
  }

  @Test("The written file is what the base is, whatever it was run as", arguments: ["analytic", "imprinted"])
  func file(head: String) throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    var sizes: [Int] = []
    for precision in ["exact", "int8"] {
      let output = path("\(precision).tflite")
      let outcome = try Imprint.run(
        "train", "--model", Flowers.extractor, "--data", data.path, "--head", head, "--arithmetic", precision,
        "--output",
        output)
      #expect(outcome.code == 0, "\(outcome.complaints)")
      sizes.append(try Data(contentsOf: URL(filePath: output)).count)
      let inspected = try Imprint.run("inspect", output)
      #expect(!inspected.output.contains(" INT8 "))
    }
    #expect(abs(sizes[0] - sizes[1]) < 64)
  }

  @Test("A cache that cannot be used is no failure")
  func noCache() throws {
    let picture = Material.coralPicture("cat_test_0").path
    let model = Material.model("mobilenet_v2_1.0_224_quant").path
    let outcome = try Imprint.run(
      after: "export XDG_CACHE_HOME=/dev/null", ["classify", "--model", model, "--arithmetic", "int8", picture])
    #expect(outcome.code == 0)
    #expect(outcome.complaints.isEmpty)
    #expect(!outcome.output.isEmpty)
  }

  @Test("Another word than the three is refused")
  func unknownWord() throws {
    let outcome = try Imprint.run("classify", "--model", "m.tflite", "--arithmetic", "fast", "p.jpg")
    #expect(outcome.code == 64)
    #expect(outcome.complaints.contains("--arithmetic"))
  }
}
