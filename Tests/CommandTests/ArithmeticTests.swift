import Foundation
import TestMaterial
import Testing

@Suite("Choosing the arithmetic")
struct ArithmeticTests {
  private struct Report: Decodable {
    let arithmetic: String
    let pictures: Int
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func embed(_ arithmetic: String, _ range: Range<Int>) throws -> Report {
    let data = try Flowers.folder([("iris", "iris", range)], in: folder, named: arithmetic)
    return try Imprint.run(
      "embed", data.path, "--model", Flowers.extractor, "--arithmetic", arithmetic, "-o",
      path(arithmetic + ".embeddings"), "--json"
    ).decoded(as: Report.self)
  }

  @Test("Records the arithmetic of embeddings, and merges both kinds only with --allow-mixed-arithmetic")
  func merging() throws {
    #expect(try embed("exact", 0..<2).arithmetic == "exact")
    #expect(try embed("int8", 2..<4).arithmetic == "int8")
    let merge = ["merge", path("exact.embeddings"), path("int8.embeddings"), "-o", path("both.embeddings"), "--json"]
    let refused = try Imprint.run(merge)
    #expect(refused.code == 1)
    #expect(refused.stderr.contains("int8.embeddings"))
    #expect(refused.stderr.contains("--allow-mixed-arithmetic"))
    #expect(!FileManager.default.fileExists(atPath: path("both.embeddings")))
    #expect(try Imprint.run(merge + ["--allow-mixed-arithmetic"]).decoded(as: Report.self).pictures == 4)
  }

  @Test("Writes the original base, whichever arithmetic ran it", arguments: ["analytic", "imprinted"])
  func file(head: String) throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    var sizes: [Int] = []
    for arithmetic in ["exact", "int8"] {
      let output = path("\(arithmetic).tflite")
      let outcome = try Imprint.run(
        "train", "--model", Flowers.extractor, "--data", data.path, "--head", head, "--arithmetic", arithmetic,
        "--output", output)
      #expect(outcome.code == 0, "\(outcome.stderr)")
      sizes.append(try Data(contentsOf: URL(filePath: output)).count)
      let inspected = try Imprint.run("inspect", "--operators", output)
      #expect(!inspected.output.contains(" INT8 "))
    }
    #expect(abs(sizes[0] - sizes[1]) < 64)
  }

  private struct Inspection: Decodable {
    struct Timing: Decodable {
      struct Row: Decodable { let instructions, auto: String }
      let instructions, auto: String
      let rewritableLayers: Int
      let table: [Row]
    }

    let timing: Timing?
  }

  @Test("inspect --timing shows the arithmetic of a model on this processor, and the table that says so")
  func timing() throws {
    let report = try Imprint.run("inspect", "--timing", "--json", Flowers.extractor).decoded(as: Inspection.self)
    let timing = try #require(report.timing)
    let row = try #require(timing.table.first { $0.instructions == timing.instructions })
    #expect(timing.auto == row.auto)
    #expect(timing.rewritableLayers == 27)
    let text = try Imprint.run("inspect", "--timing", Flowers.extractor).output
    let words = "Arithmetic  \(row.auto) by default on this processor (\(row.instructions)): 27 layers of uint8"
    #expect(text.contains(words))
    #expect(text.split(separator: "\n").contains { $0.contains("AVX2") && $0.contains("1.57") && $0.hasSuffix("int8") })
    #expect(text.split(separator: "\n").filter { $0.hasSuffix("this processor") }.count == 1)
    #expect(try Imprint.run("inspect", "--json", Flowers.extractor).decoded(as: Inspection.self).timing == nil)
  }

  @Test("Works without a usable cache folder")
  func noCache() throws {
    let picture = Material.coralPicture("cat_test_0").path
    let model = Material.model("mobilenet_v2_1.0_224_quant").path
    let outcome = try Imprint.run(
      after: "export XDG_CACHE_HOME=/dev/null", ["classify", "--model", model, "--arithmetic", "int8", picture])
    #expect(outcome.code == 0)
    #expect(outcome.stderr.isEmpty)
    #expect(!outcome.output.isEmpty)
  }

  @Test("Rejects an unknown value of --arithmetic")
  func unknownValue() throws {
    let outcome = try Imprint.run("classify", "--model", "m.tflite", "--arithmetic", "fast", "p.jpg")
    #expect(outcome.code == 64)
    #expect(outcome.stderr.contains("--arithmetic"))
  }
}
