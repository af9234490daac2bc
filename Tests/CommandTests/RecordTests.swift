import Foundation
import TestMaterial
import Testing

@Suite("The record in a taught file", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct RecordTests {
  private struct Inspection: Decodable {
    struct Record: Decodable {
      struct Estimate: Decodable { let accuracy: Double }
      let version, method, resize, views, network: String
      let date, pictures: String?
      let counts: [Int?]
      let estimate: Estimate?
    }

    let record: Record?
  }

  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder([("daisy", "daisy", 0..<6), ("iris", "iris", 0..<5)], in: folder).path
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func train(_ name: String, _ options: String..., date: String = "unset SOURCE_DATE_EPOCH") throws {
    let outcome = try Imprint.run(
      after: date, ["train", "--model", Flowers.extractor, "--data", data, "-o", path(name)] + options)
    #expect(outcome.code == 0, "\(outcome.stderr)")
  }

  private func record(_ name: String) throws -> Inspection.Record? {
    try Imprint.run("inspect", path(name), "--json").decoded(as: Inspection.self).record
  }

  @Test("States classes, counts, pictures, settings and the estimate, and inspect shows it first")
  func contents() throws {
    try train("m.tflite", "--augment", "none")
    let record = try #require(try record("m.tflite"))
    #expect(record.counts == [6, 5] && record.pictures?.count == 64 && record.date == nil)
    #expect(record.method == "analytic" && record.resize == "crop" && record.network.count == 64)
    #expect((0...1).contains(record.estimate?.accuracy ?? -1))
    let text = try Imprint.run("inspect", path("m.tflite")).output
    #expect(text.hasPrefix("Taught  from 11 pictures of 2 classes, by version \(record.version) of Imprint"))
    #expect(text.contains("daisy  6 pictures") && !text.contains("Operators"))
    #expect(try Imprint.run("inspect", path("m.tflite"), "--operators").output.contains("Operators"))
  }

  @Test("The same input gives the same bytes; a date is that of SOURCE_DATE_EPOCH")
  func reproducible() throws {
    try train("one.tflite")
    try train("two.tflite")
    let files = try ["one.tflite", "two.tflite"].map { try Data(contentsOf: folder.appending($0)) }
    #expect(files[0] == files[1])
    try train("dated.tflite", date: "export SOURCE_DATE_EPOCH=1764460800")
    #expect(try record("dated.tflite")?.date == "2025-11-30T00:00:00Z")
    for bad in ["-1", "x", "99999999999999999999"] {
      try train("bad.tflite", date: "export SOURCE_DATE_EPOCH=\(bad)")
      #expect(try record("bad.tflite")?.date == nil)
    }
  }

  @Test("The digest is of the contents: it does not change with names, and changes with a picture")
  func digest() throws {
    try train("m.tflite")
    let before = try record("m.tflite")?.pictures
    try FileManager.default.moveItem(atPath: data + "/iris", toPath: data + "/renamed")
    try train("m.tflite")
    #expect(try record("m.tflite")?.pictures == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: data + "/daisy")
    try FileManager.default.removeItem(atPath: data + "/daisy/" + (#require(names.first)))
    try train("m.tflite")
    #expect(try record("m.tflite")?.pictures != before)
    #expect(try record("m.tflite")?.counts == [5, 5])
  }

  @Test("Classes that are kept keep their counts; the classes of a base have none")
  func kept() throws {
    try train("m.tflite", "--head", "imprinted")
    let more = try Flowers.folder([("pansy", "pansy", 0..<3), ("iris", "iris", 5..<7)], in: folder, named: "more").path
    let outcome = try Imprint.run(
      "train", "--model", path("m.tflite"), "--keep-classes", "--data", more, "-o", path("n.tflite"))
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(try record("n.tflite")?.counts == [6, 7, 3])
    #expect(try record("n.tflite")?.pictures == nil)
  }
}
