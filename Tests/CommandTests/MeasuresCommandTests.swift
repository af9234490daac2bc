import Foundation
import TestMaterial
import Testing

@Suite("Measuring and comparing", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct MeasuresCommandTests {
  private struct Report: Decodable {
    struct Answers: Decodable { let right, wrong, unknown, strangersUnknown, strangersTaken: Int }
    struct Average: Decodable { let precision, recall, f1: Double }
    struct Coverage: Decodable { let threshold, coverage, accuracy: Double }
    struct Precision: Decodable {
      let wanted: Double
      let answers: Coverage?
    }
    struct Row: Decodable {
      let label: String
      let pictures, unknown: Int
      let recall, precision, f1: Double?
    }

    let pictures, strangers: Int
    let topK: [Double]
    let answers: Answers
    let macro: Average
    let logLoss, expectedCalibrationError, strangerAUROC: Double?
    let coverage: [Coverage]
    let precision: Precision?
    let classes: [Row]
  }

  private struct Comparison: Decodable {
    struct Interval: Decodable { let lower, upper: Double }
    struct Row: Decodable {
      let accuracy: Double
      let pictures, bytes: Int
      let millisecondsPerPicture: Double?
    }
    struct Difference: Decodable {
      let accuracy: Double
      let interval: Interval
      let isClear: Bool
    }
    let kind: String
    let models: [Row]
    let differences: [Difference]
  }

  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder([("daisy", "daisy", 0..<8), ("iris", "iris", 0..<8)], in: folder).path
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func train(_ name: String, _ options: String...) throws {
    let outcome = try Imprint.run(
      ["train", "--model", Flowers.extractor, "--data", data, "-o", path(name), "--augment", "none"] + options)
    #expect(outcome.code == 0, "\(outcome.stderr)")
  }

  @Test("evaluate counts strangers and unknown answers, and writes the predictions of every picture")
  func evaluate() throws {
    try train("m.tflite")
    let others = try Flowers.folder(
      [("daisy", "daisy", 10..<16), ("iris", "iris", 10..<16), ("unknown", "sunflower", 0..<5)], in: folder, named: "o")
    let arguments = ["evaluate", "--model", path("m.tflite"), "--data", others.path, "--precision", "0.9"]
    let outcome = try Imprint.run(arguments + ["--predictions", path("all.csv"), "--json"])
    let report = try outcome.decoded(as: Report.self)
    #expect(report.pictures == 12 && report.strangers == 5)
    #expect(report.answers.right + report.answers.wrong + report.answers.unknown == 12)
    #expect(report.answers.strangersUnknown + report.answers.strangersTaken == 5)
    #expect(report.strangerAUROC.map { (0.5...1).contains($0) } == true)
    #expect(report.classes.map(\.label) == ["daisy", "iris"] && report.classes.allSatisfy { $0.pictures == 6 })
    #expect(report.classes.reduce(0) { $0 + $1.unknown } == report.answers.unknown)
    #expect(report.precision?.wanted == 0.9 && report.logLoss != nil && report.expectedCalibrationError != nil)
    let csv = try String(contentsOfFile: path("all.csv"), encoding: .utf8).split(whereSeparator: \.isNewline)
    #expect(csv.count == 18 && csv[0].hasPrefix("path,label,answer,right,score"))
    #expect(csv.count { $0.split(separator: ",", omittingEmptySubsequences: false)[1].isEmpty } == 5)
    _ = try Imprint.run(arguments + ["--predictions", path("all.jsonl")])
    let lines = try String(contentsOfFile: path("all.jsonl"), encoding: .utf8).split(whereSeparator: \.isNewline)
    struct Line: Decodable { let path, answer: String, label: String?, isRight: Bool }
    let decoded = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(decoded.count == 17 && decoded.count { $0.label == nil } == 5)
    #expect(decoded.count { $0.isRight && $0.label != nil } == report.answers.right)
    let text = try Imprint.run(arguments).output
    #expect(
      text.contains("5 strangers: ") && text.contains("\nPrecision 90.0 %") && text.contains("Mean of the classes"))
    #expect(try Imprint.run(arguments + ["--report", path("x"), "--predictions", path("x")]).code == 64)
  }

  @Test("evaluate --views compares one, five and thirteen views, and measures the time of each")
  func views() throws {
    struct Views: Decodable {
      struct Row: Decodable {
        let views: Int
        let balancedAccuracy, millisecondsPerPicture: Double
        let change: Double?
        let interval: Comparison.Interval?
      }
      struct Table: Decodable { let rows: [Row] }
      let views: Table
      let balancedAccuracy: Double
    }
    try train("m.tflite")
    let others = try Flowers.folder([("daisy", "daisy", 20..<26), ("iris", "iris", 20..<26)], in: folder, named: "o")
    let arguments = ["evaluate", "--model", path("m.tflite"), "--data", others.path, "--views"]
    let report = try Imprint.run(arguments + ["--json"]).decoded(as: Views.self)
    let rows = report.views.rows
    #expect(rows.map(\.views) == [1, 5, 13])
    #expect(rows[0].balancedAccuracy == report.balancedAccuracy && rows[0].change == nil)
    for row in rows.dropFirst() {
      let change = try #require(row.change)
      #expect(abs(change - (row.balancedAccuracy - rows[0].balancedAccuracy)) < 1e-9)
      #expect(row.interval.map { ($0.lower...$0.upper).contains(change) } == true)
    }
    #expect(rows[2].millisecondsPerPicture > rows[0].millisecondsPerPicture)
    #expect(try Imprint.run(arguments).output.contains("\nViews of each picture"))
    #expect(try Imprint.run("evaluate", "--data", others.path, "--episodes", "1", "--views").code == 64)
  }

  @Test("train and evaluate write reports that link to the pictures, the same for the same date")
  func reports() throws {
    let told = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", data, "-o", path("told.tflite"), "--report", path("told.html"))
    #expect(told.output.contains("\nReport      ") && told.output.contains("told.html"), "\(told.output)")
    try train("m.tflite", "--test-ratio", "0.25", "--report", path("train.html"))
    let page = try String(contentsOfFile: path("train.html"), encoding: .utf8)
    #expect(page.contains("Leave-one-out accuracy") && page.contains("On the pictures held back: Classes"))
    #expect(page.contains("Pictures (SHA-256)"))
    // With the names exchanged, every picture is a mistake.
    let wrong = try Flowers.folder([("iris", "daisy", 0..<4), ("daisy", "iris", 0..<4)], in: folder, named: "a b#c")
    let pages = try (0..<2).map { number in
      let outcome = try Imprint.run(
        after: "export SOURCE_DATE_EPOCH=1764460800",
        ["evaluate", "--model", path("m.tflite"), "--data", wrong.path, "--report", path("\(number).html")])
      #expect(outcome.code == 0, "\(outcome.stderr)")
      return try String(contentsOfFile: path("\(number).html"), encoding: .utf8)
    }
    #expect(pages[0] == pages[1] && pages[0].contains("2025-11-30T00:00:00Z"))
    let link = try #require(pages[0].firstMatch(of: /href="([^"]*)"/)?.1)
    #expect(link.hasPrefix("./a%20b%23c/"))
    let file = try #require(String(link).removingPercentEncoding)
    #expect(FileManager.default.fileExists(atPath: path(file)))
    let refused = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data", data, "-o", path("m.tflite"), "--report", path("m.txt"))
    #expect(refused.code == 64 && refused.stderr.contains("--report and --output name the same file"))
  }

  @Test("compare pairs models on the same pictures, as bases and as classifiers; a model and itself do not differ")
  func compare() throws {
    try train("m.tflite")
    let small = Material.model("mobilenet_v1_0.25_128_quant").path
    let bases = try Imprint.run(
      "compare", "--model", Flowers.extractor, "--model", small, "--data", data, "--episodes", "3", "--shots", "2",
      "--json"
    ).decoded(as: Comparison.self)
    #expect(bases.kind == "bases" && bases.models.map(\.pictures) == [16, 16] && bases.differences.count == 1)
    let difference = try #require(bases.differences.first)
    #expect(abs(difference.accuracy - (bases.models[1].accuracy - bases.models[0].accuracy)) < 1e-9)
    #expect((difference.interval.lower...difference.interval.upper).contains(difference.accuracy))
    #expect(bases.models.allSatisfy { ($0.millisecondsPerPicture ?? 0) > 0 })
    let same = try Imprint.run(
      "compare", "--model", path("m.tflite"), "--model", path("m.tflite"), "--data", data, "--json"
    ).decoded(as: Comparison.self)
    #expect(
      same.kind == "classifiers" && same.differences.first?.accuracy == 0 && same.differences.first?.isClear == false)
    #expect(try Imprint.run("compare", "--model", small, "--data", data).code == 64)
  }

  @Test("A second --model is an error where one is used")
  func twice() throws {
    for command in [
      ["train", "--data", data, "-o", path("x.tflite")], ["classify", "p.jpg"], ["embed", data, "-o", "x"],
    ] {
      let outcome = try Imprint.run(command + ["--model", Flowers.extractor, "--model=\(Flowers.l2norm)"])
      #expect(outcome.code == 64 && outcome.stderr.contains("--model is given twice"), "\(command): \(outcome.stderr)")
    }
  }

  @Test("train --model auto takes the best base that is there, within limits")
  func auto() throws {
    let home = folder.appending("home")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for (name, model) in [
      ("efficientnet-lite0", "mobilenet_v1_0.25_128_quant"),
      ("other", "mobilenet_v1_1.0_224_quant_embedding_extractor"),
    ] {
      try FileManager.default.copyItem(
        at: Material.model(model), to: home.appending(path: name + ".tflite"))
    }
    let train = ["train", "--model", "auto", "--data", data, "-o", path("x.tflite")]
    let export = "export IMPRINT_HOME='\(home.path)'"
    let outcome = try Imprint.run(after: export, train)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("efficientnet-lite0.tflite: leave-one-out accuracy"))
    #expect(outcome.stderr.contains("other.tflite: leave-one-out accuracy"))
    let small = try Imprint.run(after: export, train + ["--most-mb", "2"])
    #expect(small.code == 0 && small.stderr.contains("beyond the limit"), "\(small.stderr)")
    #expect(try Imprint.run("inspect", path("x.tflite")).output.contains("embeddings of 256 elements"))
    #expect(try Imprint.run(after: export, train + ["--most-mb", "0.001"]).code == 64)
    #expect(try Imprint.run(train + ["--keep-classes"]).code == 64)
    #expect(try Imprint.run("train", "--data", data, "-o", path("x.tflite"), "--most-ms", "3").code == 64)
  }
}
