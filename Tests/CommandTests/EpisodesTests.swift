import Foundation
import TestMaterial
import Testing

@Suite("imprint evaluate --episodes")
struct EpisodesTests {
  private struct Report: Decodable {
    struct Row: Decodable {
      struct Accuracy: Decodable {
        let mean: Double
        let margin: Double?
        let count: Int
      }

      let method: String
      let accuracy: Accuracy
      let accuracies: [Double]
      let expectedCalibrationError: Double
    }

    let pictures: Int
    let reused: Int
    let classes: [String]
    let singles: [String]
    let rows: [Row]
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func flowers() throws -> URL {
    try Flowers.folder(
      [("daisy", "daisy", 0..<8), ("iris", "iris", 0..<8), ("<b>pansy", "pansy", 0..<8), ("one", "crocus", 0..<1)],
      in: folder)
  }

  private func evaluate(_ data: URL, _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(
      after: "export XDG_CACHE_HOME='\(folder.appending("cache").path)'",
      ["evaluate", "--model", Flowers.extractor, "--data", data.path] + options)
  }

  @Test(
    "Evaluates methods and shots, reuses cached embeddings with the same results, and writes a page"
  )
  func endToEnd() throws {
    let data = try flowers()
    let page = folder.appending("page.html")
    let options = ["--episodes", "4", "--shots", "1,all", "--methods", "imprinted,softmax"]
    func run(_ more: String...) throws -> Imprint.Outcome {
      try Imprint.run(
        after: "export XDG_CACHE_HOME='\(folder.appending("cache").path)'",
        ["evaluate", "--model", Flowers.extractor, "--data", data.path] + options + more)
    }
    let first = try run("--json")
    #expect(first.code == 0, "\(first.stderr)")
    #expect(first.stderr.contains("only one picture: one"))
    let report = try first.decoded(as: Report.self)
    #expect(report.reused == 0)
    #expect(report.pictures == 24)
    #expect(report.classes == ["<b>pansy", "daisy", "iris"])
    #expect(report.singles == ["one"])
    #expect(report.rows.map(\.method) == ["imprinted", "imprinted", "softmax", "softmax"])
    #expect(report.rows.allSatisfy { $0.accuracies.count == 4 && $0.accuracy.count == 4 && $0.accuracy.margin != nil })
    #expect(report.rows[1].accuracy.mean >= 0.8)

    let second = try run("--json", "--threads", "1").decoded(as: Report.self)
    #expect(second.reused == 25)
    #expect(second.rows.map(\.accuracies) == report.rows.map(\.accuracies))
    #expect(try run("--json", "--no-cache").decoded(as: Report.self).reused == 0)

    let text = try run("--report", page.path, "--worst", "3")
    #expect(text.code == 0, "\(text.stderr)")
    #expect(text.output.contains("pictures per class"))
    #expect(text.output.contains(" ± "))
    let html = try String(contentsOf: page, encoding: .utf8)
    #expect(html.contains("&lt;b&gt;pansy"))
    #expect(!html.contains("<b>pansy"))
    #expect(html.contains("<polyline"))
  }

  @Test("The page of a classifier shows its mistakes")
  func classifier() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4)], in: folder)
    let model = folder.appending("flowers.tflite")
    try Imprint.run("train", "--model", Flowers.extractor, "--data", data.path, "--output", model.path)
    // Swapped labels guarantee mistakes.
    let wrong = try Flowers.folder([("daisy", "iris", 4..<7), ("iris", "daisy", 4..<7)], in: folder, named: "wrong")
    let page = folder.appending("page.html")
    let outcome = try Imprint.run(
      "evaluate", "--model", model.path, "--data", wrong.path, "--report", page.path, "--worst", "2")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let html = try String(contentsOf: page, encoding: .utf8)
    #expect(html.contains("data:image/jpeg;base64,"))
    #expect(html.contains("taken for"))
  }

  @Test(
    "Rejects wrong combinations of options, and values that make no sense, as wrong usage",
    arguments: [
      (["--shots", "5"], "requires --episodes"), (["--methods", "all"], "requires --episodes"),
      (["--test-ratio", "0.3"], "requires --episodes"),
      (["--episodes", "0"], "--episodes is 0"), (["--episodes", "5", "--test-ratio", "1"], "--test-ratio is 1"),
      (["--episodes", "5", "--test-ratio", "nan"], "--test-ratio is nan"),
      (["--episodes", "5", "--shots", "1,,2"], "--shots"), (["--episodes", "5", "--shots", "0"], "--shots"),
      (["--episodes", "5", "--methods", "guessing"], "--methods"), (["--episodes", "5", "--labels", "x"], "--labels"),
      (["--worst", "-1"], "--worst"),
    ])
  func usage(options: [String], words: String) throws {
    let outcome = try Imprint.run(["evaluate", "--model", "m.tflite", "--data", "d"] + options)
    #expect(outcome.code == 64)
    #expect(outcome.stderr.contains(words), "\(outcome.stderr)")
  }

  @Test("Requires --model without --episodes, and rejects a page that would overwrite an input file")
  func models() throws {
    let outcome = try Imprint.run("evaluate", "--data", "d")
    #expect(outcome.code == 64)
    #expect(outcome.stderr.contains("--model is missing"))
    let data = folder.appending("list.csv")
    try Data("a.jpg,x\n".utf8).write(to: data)
    let clash = try evaluate(data, "--episodes", "2", "--report", data.path)
    #expect(clash.code == 64)
    #expect(clash.stderr.contains("would overwrite an input file"))
    #expect(try String(contentsOf: data, encoding: .utf8) == "a.jpg,x\n")
  }

  @Test("Rejects one class, and classes with one picture each")
  func tooFew() throws {
    let one = try Flowers.folder([("daisy", "daisy", 0..<4)], in: folder, named: "one")
    let outcome = try evaluate(one, "--episodes", "2")
    #expect(outcome.code == 1)
    #expect(outcome.stderr.contains("only one class has two or more pictures"))
    let singles = try Flowers.folder(
      [("daisy", "daisy", 0..<1), ("iris", "iris", 0..<1)], in: folder, named: "singles")
    #expect(try evaluate(singles, "--episodes", "2").stderr.contains("no class has two or more pictures"))
  }
}
