import Foundation
import TestMaterial
import Testing

@Suite("Checking pictures, and correcting labels")
struct CheckTests {
  private struct Report: Decodable {
    struct Picture: Decodable { let picture, label: String }
    struct Suspect: Decodable {
      let picture, label, looksLike: String
      let doubt: Double
    }
    struct Group: Decodable {
      let members: [Picture]
      let isExact, crossesClasses: Bool
    }
    struct Conflict: Decodable { let members: [Member] }
    struct Member: Decodable {
      let label: String
      let picture: String?
    }
    struct Reason: Decodable { let reason: String }
    struct Flaw: Decodable { let picture, kind: String }

    let pictures: Int
    let suspects: [Suspect]
    let nearDuplicates: [Group]
    let conflicts: [Conflict]
    let copies: [Picture]
    let unreadable: [Reason]
    let flaws: [Flaw]
    let fewPictures: [String]
  }

  private let folder: TemporaryFolder
  private let data: URL

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder(
      [("daisy", "daisy", 0..<9), ("iris", "iris", 0..<9), ("pansy", "pansy", 0..<3)], in: folder)
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  /// Puts a flower of one class into the folder of another one, and returns its path.
  @discardableResult
  private func put(_ flower: String, _ number: Int, into name: String, as file: String) throws -> String {
    let target = data.appending(path: "\(name)/\(file)")
    try FileManager.default.copyItem(at: Flowers.pictures(of: flower, number..<number + 1)[0], to: target)
    return target.path
  }

  private func check(_ arguments: String...) throws -> Report {
    try Imprint.run(["check", data.path, "--model", Flowers.extractor, "--json"] + arguments).decoded(as: Report.self)
  }

  @Test("Finds a wrong label, a copy, a conflict, an unreadable picture, a dark one and a class of few pictures")
  func findings() throws {
    let wrong = try put("iris", 20, into: "daisy", as: "wrong.jpg")
    try put("iris", 3, into: "iris", as: "zcopy.jpg")
    try put("daisy", 2, into: "iris", as: "twice.jpg")
    try Data("no picture".utf8).write(to: data.appending(path: "daisy/bad.jpg"))
    try Bitmap.file(width: 92, height: 80, bytes: [UInt8](repeating: 3, count: 3 * 92 * 80))
      .write(to: data.appending(path: "pansy/dark.bmp"))
    let report = try check()
    #expect(report.pictures == 24)
    #expect(report.suspects.contains { $0.picture == wrong && $0.label == "daisy" && $0.looksLike == "iris" })
    #expect(report.suspects.contains { $0.picture.hasSuffix("iris/twice.jpg") && $0.looksLike == "daisy" })
    #expect(report.copies.map(\.label) == ["iris"])
    #expect(report.conflicts.map { Set($0.members.map(\.label)) } == [["daisy", "iris"]])
    #expect(report.unreadable.count == 1)
    #expect(report.flaws.contains { $0.kind == "dark" && $0.picture.hasSuffix("dark.bmp") })
    #expect(report.fewPictures == ["pansy"])
    let text = try Imprint.run("check", data.path, "--model", Flowers.extractor, "--suspects", "1")
    #expect(
      text.output.contains("Labels that look wrong, worst first") && text.output.contains("more (--json lists all)"))
  }

  @Test("Writes all findings as CSV, and a page that shows the pictures; an embeddings file is checked without them")
  func files() throws {
    try put("iris", 20, into: "daisy", as: "wrong.jpg")
    _ = try check("--csv", path("all.csv"), "--report", path("page.html"))
    #expect(try String(contentsOf: folder.appending("all.csv"), encoding: .utf8).contains("wrong label,"))
    let page = try String(contentsOf: folder.appending("page.html"), encoding: .utf8)
    #expect(page.contains("Labels that look wrong") && page.contains("data:image/jpeg"))
    try Imprint.run("embed", data.path, "-o", path("a.embeddings"), "--model", Flowers.extractor)
    let again = try Imprint.run("check", path("a.embeddings"), "--json").decoded(as: Report.self)
    #expect(try again.suspects.map(\.picture) == check().suspects.map(\.picture))
  }

  @Test("Corrections are made, shown in a dry run before, and taken back")
  func corrections() throws {
    let wrong = try put("iris", 20, into: "daisy", as: "wrong.jpg")
    _ = try check("--corrections", path("wrong.csv"))
    let lines = try String(contentsOf: folder.appending("wrong.csv"), encoding: .utf8).split(separator: "\n")
    let kept = lines.filter { $0.hasPrefix("path,") || $0.contains("/wrong.jpg") }
    #expect(kept.count == 2)
    try Data((kept.joined(separator: "\n") + "\n").utf8).write(to: folder.appending("wrong.csv"))
    let apply = ["apply", path("wrong.csv"), "--data", data.path]
    let moved = data.appending(path: "iris/wrong.jpg").path
    #expect(try Imprint.run(apply + ["--dry-run"]).output.contains("1 picture would be relabelled"))
    #expect(FileManager.default.fileExists(atPath: wrong))
    #expect(try Imprint.run(apply).code == 0)
    #expect(!FileManager.default.fileExists(atPath: wrong) && FileManager.default.fileExists(atPath: moved))
    #expect(try Imprint.run(apply).stderr.contains("would be lost"))
    #expect(try Imprint.run(apply + ["--undo"]).code == 0)
    #expect(FileManager.default.fileExists(atPath: wrong) && !FileManager.default.fileExists(atPath: moved))
    #expect(!FileManager.default.fileExists(atPath: path("wrong.undo.csv")))

    // A picture that changes between the check and its correction is left alone.
    try FileManager.default.removeItem(atPath: wrong)
    try put("pansy", 20, into: "daisy", as: "wrong.jpg")
    let changed = try Imprint.run(apply)
    #expect(changed.code == 0 && changed.stderr.contains("has changed since the check"))
    #expect(FileManager.default.fileExists(atPath: wrong))
    try Data("path,label,new_label\nelsewhere.jpg,daisy,iris\n".utf8).write(to: folder.appending("other.csv"))
    let other = try Imprint.run("apply", path("other.csv"), "--data", data.path)
    #expect(other.code == 1 && other.stderr.contains("none of the 1 pictures"))
  }

  @Test("Labels of a list are corrected in the list, whose other columns stay")
  func list() throws {
    let list = folder.appending("list.csv")
    let rows = ["path;label;note", "data/daisy/a.jpg;daisy;\"x;y\"", "data/iris/b.jpg;iris;"]
    try Data(rows.joined(separator: "\r\n").utf8).write(to: list)
    let (a, b) = (try put("daisy", 20, into: "daisy", as: "a.jpg"), try put("iris", 20, into: "iris", as: "b.jpg"))
    try Data("path,label,new_label\n\(a),daisy,rose\n\(b),pansy,rose\n".utf8).write(to: folder.appending("wrong.csv"))
    let apply = ["apply", path("wrong.csv"), "--data", list.path]
    let outcome = try Imprint.run(apply)
    #expect(outcome.code == 0 && outcome.stderr.contains("its label is not pansy any more"))
    #expect(
      try String(contentsOf: list, encoding: .utf8)
        == "path,label,note\ndata/daisy/a.jpg,rose,\"x;y\"\ndata/iris/b.jpg,iris,\n")
    #expect(try Imprint.run(apply + ["--undo"]).code == 0)
    #expect(try String(contentsOf: list, encoding: .utf8).contains("data/daisy/a.jpg,daisy"))
  }
}
