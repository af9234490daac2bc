import Foundation
import TestMaterial
import Testing

@Suite("The quantize command")
struct QuantizeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var output: URL { folder.appending("out.tflite") }

  private func quantize(_ model: String, _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(after: "true", ["model", "quantize", model, "-o", output.path] + options)
  }

  private func float() throws -> String {
    let file = folder.appending("float.tflite").path
    let outcome = try Imprint.run(
      "model", "convert", "--architecture", "efficientnet-lite0", Material.weights.path, "-o", file)
    #expect(outcome.code == 0)
    return file
  }

  private struct Report: Decodable {
    let operators, ranges, calibrationPictures, bytesBefore, bytesAfter: Int
    let input, output, model: String
    let comparedPictures: Int?
    let top1Agreement, embeddingCosine: Double?
  }

  @Test(
    "Writes the same model from pictures and from their saved ranges; the model classifies",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func ranges() throws {
    let float = try float()
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    try Data("no picture".utf8).write(to: data.appending(path: "broken.jpg"))
    let saved = folder.appending("ranges.json").path
    let measured = try quantize(float, "--calibration", data.path, "--save-ranges", saved, "--json")
    #expect(measured.stderr.contains("Warning: ") && measured.stderr.contains("broken.jpg"))
    let report = try measured.decoded(as: Report.self)
    #expect(report.ranges == 60)
    #expect(report.calibrationPictures == 8)
    #expect(report.comparedPictures == 8)
    #expect(try #require(report.embeddingCosine) > 0.99)
    #expect(try #require(report.top1Agreement) > 0.7)
    #expect(report.bytesAfter < report.bytesBefore / 3)
    #expect(report.bytesAfter == (try output.resourceValues(forKeys: [.fileSizeKey])).fileSize)
    let first = try Data(contentsOf: output)

    let again = try quantize(float, "--ranges", saved)
    #expect(again.code == 0 && again.stderr == "")
    #expect(again.output.contains("Quantised 63 operators, with 60 ranges measured on 8 pictures"))
    #expect(try Data(contentsOf: output) == first)
    let hen = Material.imagenetSample.appending(path: "0008_hen.jpg").path
    #expect(try Imprint.run("classify", "--model", output.path, "--top-k", "1", hen).output.contains("  8 "))
    let inspection = try Imprint.run("inspect", output.path, "--operators").output
    #expect(inspection.contains("INT8  [32, 3, 3, 3]  32 scales along dimension 0  constant"))
    #expect(inspection.contains("INT8  [1, 3, 3, 32]  32 scales along dimension 3  constant"))
    #expect(inspection.contains("Input   UINT8  [1, 224, 224, 3]  0.0078125 (q − 127)  image"))

    let signed = try quantize(float, "--ranges", saved, "--input-type", "int8", "--output-type", "int8", "--json")
      .decoded(as: Report.self)
    #expect(signed.input == "INT8" && signed.output == "INT8" && signed.operators == 61)
    #expect(try Imprint.run("classify", "--model", output.path, "--top-k", "1", hen).output.contains("  8 "))
    let quantised = folder.appending("quantised.tflite")
    try FileManager.default.moveItem(at: output, to: quantised)
    let twice = try quantize(quantised.path, "--ranges", saved)
    #expect(twice.code == 1 && twice.stderr.contains("quantised already"), "\(twice.stderr)")
  }

  /// Checks that the command failed with an error that contains the words, and wrote nothing.
  private func expectRefusal(_ outcome: Imprint.Outcome, _ words: String, code: Int32 = 1) {
    #expect(outcome.code == code)
    #expect(outcome.output == "")
    #expect(outcome.stderr.hasPrefix("Error: ") && outcome.stderr.contains(words), "\(outcome.stderr)")
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }

  @Test("Rejects quantised models, wrong combinations of options and missing folders")
  func refusals() throws {
    let model = Material.model("mobilenet_v1_0.25_128_quant").path
    let empty = folder.appending("empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    expectRefusal(try quantize(model, "--calibration", empty.path), "quantised already")
    expectRefusal(try quantize(model), "--calibration", code: 64)
    expectRefusal(try quantize(model, "--calibration", "a", "--ranges", "b"), "either", code: 64)
    expectRefusal(try quantize(model, "--ranges", "b", "--save-ranges", "c"), "--save-ranges", code: 64)
    expectRefusal(try quantize(model, "--calibration", "a", "--input-type", "int4"), "int4", code: 64)
    expectRefusal(
      try quantize(model, "--calibration", "a", "--save-ranges", folder.appending("no/ranges.json").path),
      "there is no folder")
  }

  @Test("Rejects outputs that would overwrite an input or each other")
  func sameFiles() throws {
    let model = folder.appending("a.tflite")
    try FileManager.default.copyItem(at: Material.model("mobilenet_v1_0.25_128_quant"), to: model)
    let before = try Data(contentsOf: model)
    for outputs in [["-o", model.path], ["-o", output.path, "--save-ranges", model.path]] {
      let refused = try Imprint.run(["model", "quantize", model.path, "--calibration", folder.url.path] + outputs)
      expectRefusal(refused, "would overwrite an input file", code: 64)
    }
    expectRefusal(
      try quantize(model.path, "--calibration", folder.url.path, "--save-ranges", output.path), "the same file",
      code: 64)
    expectRefusal(
      try Imprint.run("model", "convert", "--architecture", "efficientnet-lite0", model.path, "-o", model.path),
      "would overwrite an input file", code: 64)
    expectRefusal(
      try Imprint.run("model", "fetch", "--weights", model.path, "-o", model.path), "would overwrite an input file",
      code: 64
    )
    #expect(try Data(contentsOf: model) == before)
  }

  @Test(
    "Rejects a float model without readable pictures or matching ranges",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
  func nothingToMeasure() throws {
    let float = try float()
    let empty = folder.appending("empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    expectRefusal(try quantize(float, "--calibration", empty.path), "picture")
    try Data("no picture".utf8).write(to: empty.appending(path: "broken.png"))
    let unreadable = try quantize(float, "--calibration", empty.path)
    #expect(unreadable.code == 1)
    #expect(unreadable.stderr.contains("Error: there is no picture"), "\(unreadable.stderr)")
    let ranges = folder.appending("ranges.json")
    expectRefusal(try quantize(float, "--ranges", ranges.path), "cannot be read")
    try Data("{}".utf8).write(to: ranges)
    expectRefusal(try quantize(float, "--ranges", ranges.path), "not JSON of activation ranges")
    try Data(#"{"model": "00", "pictures": 3, "ranges": {}}"#.utf8).write(to: ranges)
    expectRefusal(try quantize(float, "--ranges", ranges.path), "another model")
  }
}
