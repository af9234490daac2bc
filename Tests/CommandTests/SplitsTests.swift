import Foundation
import TestMaterial
import Testing

@Suite("Pictures held back by train")
struct SplitsTests {
  private struct Report: Decodable {
    struct Folds: Decodable { let pictures: Int }
    struct Estimate: Decodable { let singles: [String] }
    let pictures, heldBack, reused, copies: Int
    let folds: Folds?
    let leaveOneOut: Estimate?
  }

  private let folder: TemporaryFolder
  private let data: URL

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder([("daisy", "daisy", 0..<8), ("iris", "iris", 0..<8)], in: folder)
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func train(_ arguments: [String], data: String? = nil) throws -> Imprint.Outcome {
    try Imprint.run(
      [
        "train", "--model", Flowers.extractor, "--data", data ?? self.data.path, "--output", path("m.tflite"), "--json",
        "--no-embeddings", "--augment", "none",
      ] + arguments)
  }

  private func heldBack(_ arguments: [String]) throws -> Set<String> {
    #expect(try train(arguments + ["--list-held-back", path("held.csv")]).code == 0)
    let text = try String(contentsOf: folder.appending("held.csv"), encoding: .utf8)
    return Set(
      text.split(separator: "\n").dropFirst().map {
        String($0.split(separator: ",")[0].split(separator: "/").last ?? "")
      })
  }

  @Test("--test-ratio draws by --seed, the same for the same seed, and by name with --held-back first")
  func ratio() throws {
    let first = try heldBack(["--test-ratio", "0.25", "--held-back", "first"])
    let names = try ["daisy", "iris"].flatMap { try Flowers.pictures(of: $0, 0..<2).map(\.lastPathComponent) }
    #expect(first == Set(names))
    let draws = try (0..<3).map { try heldBack(["--test-ratio", "0.25", "--seed", "\($0)"]) }
    #expect(draws.allSatisfy { $0.count == 4 })
    #expect(Set(draws).count > 1)
    #expect(try heldBack(["--test-ratio", "0.25", "--seed", "1"]) == draws[1])
  }

  @Test("Groups are never cut; an expression or a column names them, and one that finds nothing is an error")
  func groups() throws {
    let names = try Flowers.pictures(of: "daisy", 0..<8).map { $0.deletingPathExtension().lastPathComponent }
    let expression = "daisy/(?:\(names[..<3].joined(separator: "|")))(.)jpg"
    for seed in 0..<4 {
      let held = try heldBack(["--test-ratio", "0.4", "--seed", "\(seed)", "--group", expression])
      #expect([0, 3].contains(names[..<3].count { held.contains($0 + ".jpg") }))
    }
    let rows = names.enumerated().map { "data/daisy/\($1).jpg,daisy,\($0 < 3 ? "plant" : "")" }
    let others = try Flowers.pictures(of: "iris", 0..<8).map { "data/iris/\($0.lastPathComponent),iris," }
    let list = folder.appending("list.csv")
    try Data((["path,label,plant"] + rows + others).joined(separator: "\n").utf8).write(to: list)
    for seed in 0..<4 {
      let outcome = try train(
        ["--test-ratio", "0.4", "--seed", "\(seed)", "--group", "plant", "--list-held-back", path("held.csv")],
        data: list.path)
      #expect(outcome.code == 0, "\(outcome.stderr)")
      let text = try String(contentsOf: folder.appending("held.csv"), encoding: .utf8)
      #expect([0, 3].contains(names[..<3].count { text.contains($0) }))
    }
    #expect(try train(["--group", "nothing(.)here"]).code == 64)
    #expect(try train(["--group", "color"], data: list.path).stderr.contains("its columns are path, label, plant"))
    #expect(try train(["--group", "("]).stderr.contains("no regular expression"))
  }

  @Test("A column, folders named train and test, and other pictures say what is held back")
  func given() throws {
    let rows = try ["daisy", "iris"].flatMap { flower in
      try Flowers.pictures(of: flower, 0..<8).enumerated().map {
        "\(flower);\($0 < 5 ? "Train" : "test");data/\(flower)/\($1.lastPathComponent)"
      }
    }
    let list = folder.appending("list.csv")
    try Data((["class;part;file"] + rows).joined(separator: "\n").utf8).write(to: list)
    let split = try train(["--split-column", "part"], data: list.path)
    #expect(try split.decoded(as: Report.self).pictures == 10 && split.decoded(as: Report.self).heldBack == 6)
    try Data((["class;split;file"] + rows + ["iris;tset;data/x.jpg"]).joined(separator: "\n").utf8).write(to: list)
    #expect(try train([], data: list.path).stderr.contains("its split is \"tset\""))

    let parts = try TemporaryFolder()
    for (name, range) in [("train", 0..<5), ("test", 5..<8)] {
      _ = try Flowers.folder([("daisy", "daisy", range), ("iris", "iris", range)], in: parts, named: "set/" + name)
    }
    let folders = try train([], data: parts.appending("set").path)
    #expect(folders.stderr.contains("is a split data set"))
    #expect(try folders.decoded(as: Report.self).pictures == 10 && folders.decoded(as: Report.self).heldBack == 6)
    let other = try train(["--test", parts.appending("set/test").path])
    #expect(try other.decoded(as: Report.self).heldBack == 6)
    #expect(try train(["--test", data.path, "--test-ratio", "0.5"]).code == 64)
  }

  @Test("Folds cover all pictures, and a second run reuses all embeddings")
  func folds() throws {
    _ = try train([])
    let report = try train(["--folds", "4"]).decoded(as: Report.self)
    #expect(report.folds?.pictures == 16)
    #expect(report.reused == 16)
    #expect(try train(["--no-cache"]).decoded(as: Report.self).reused == 0)
    #expect(try train(["--folds", "1"]).code == 64)
  }

  @Test("The same folder under another path, merged, counts once; copies and conflicts are told")
  func content() throws {
    struct Merged: Decodable { let pictures, copies: Int }
    for (name, place) in [("one", "data"), ("two", "./data")] {
      let outcome = try Imprint.run(
        after: "cd '\(folder.url.path)'", ["embed", place, "-o", "\(name).embeddings", "--model", Flowers.extractor])
      #expect(outcome.code == 0, "\(outcome.stderr)")
    }
    let merged = try Imprint.run(
      "merge", path("one.embeddings"), path("two.embeddings"), "-o", path("both.embeddings"), "--json")
    let report = try merged.decoded(as: Merged.self)
    #expect(report.pictures == 16 && report.copies == 16)
    let copied = try Flowers.pictures(of: "daisy", 0..<1)[0]
    try FileManager.default.copyItem(at: copied, to: data.appending(path: "daisy/again.jpg"))
    try FileManager.default.copyItem(at: copied, to: data.appending(path: "iris/other.jpg"))
    let trained = try train([])
    #expect(try trained.decoded(as: Report.self).copies == 1)
    #expect(trained.stderr.contains("the same picture is in several classes"))
  }
}
