import Foundation
import TestMaterial
import Testing

@Suite(
  "Looking into embedding files and trimming them", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct InspectEmbeddingsTests {
  private struct Inspection: Decodable {
    struct Picture: Decodable {
      let name: String
      let digest: String?
    }

    struct Row: Decodable {
      let label: String
      let pictures: Int
      let list: [Picture]?
    }

    let pictures, views, dimension: Int
    let classes: [Row]
    let embeddingsStored: Bool
  }

  private let folder: TemporaryFolder
  private let data: URL

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder(
      [("daisy", "daisy", 0..<4), ("iris", "iris", 0..<4), ("tulip", "tulip", 0..<3)], in: folder)
    try Imprint.run("embed", data.path, "-o", path("f.embeddings"), "--model", Flowers.extractor, "--augment", "none")
  }

  private func path(_ name: String) -> String { folder.appending(name).path }

  private func inspect(_ name: String, _ options: String...) throws -> Inspection {
    try Imprint.run(["inspect", path(name), "--json"] + options).decoded(as: Inspection.self)
  }

  private func remove(_ names: String..., from file: String = "f.embeddings") throws -> Imprint.Outcome {
    try Imprint.run(["merge", path(file), "-o", path("rest.embeddings")] + names.flatMap { ["--remove", $0] })
  }

  @Test("Lists the classes, and with --list the pictures with their digests")
  func listing() throws {
    let short = try inspect("f.embeddings")
    #expect(short.pictures == 11 && short.views == 1 && short.embeddingsStored)
    #expect(short.classes.map(\.label) == ["daisy", "iris", "tulip"] && short.classes.allSatisfy { $0.list == nil })
    let long = try inspect("f.embeddings", "--list")
    #expect(long.classes.map { $0.list?.count } == [4, 4, 3])
    #expect(long.classes.allSatisfy { $0.list?.allSatisfy { $0.digest?.count == 32 } == true })
    let text = try Imprint.run("inspect", path("f.embeddings"), "--list")
    #expect(text.output.contains("Embeddings of 11 pictures of 3 classes"))
    #expect(text.output.contains(long.classes[0].list?[0].name ?? "no name"))
    let model = try Imprint.run("inspect", Flowers.extractor, "--list")
    #expect(model.code == 64 && model.stderr.contains("--list lists the pictures of a file of embeddings"))
  }

  @Test("Removes a class, and pictures by path, by 'class/path', by pattern and by digest")
  func removal() throws {
    let list = try inspect("f.embeddings", "--list").classes.compactMap(\.list)
    let digest = try #require(list[1][2].digest)
    #expect(try remove("tulip", list[0][0].name, "daisy/\(list[0][1].name)", digest).code == 0)
    let rest = try inspect("rest.embeddings", "--list")
    #expect(rest.classes.map(\.label) == ["daisy", "iris"])
    #expect(rest.classes[0].list?.map(\.name) == [list[0][2].name, list[0][3].name])
    #expect(rest.classes[1].list?.map(\.name) == [0, 1, 3].map { list[1][$0].name })
    #expect(try remove("*/iris/*").code == 0)
    #expect(try inspect("rest.embeddings").classes.map(\.label) == ["daisy", "tulip"])
    let missing = try remove("*/rose/*")
    #expect(
      missing.code == 1 && missing.stderr.contains("has no class and no picture \"*/rose/*\""), "\(missing.stderr)")
    #expect(try remove("daisy/none.jpg").stderr.contains("has no picture none.jpg"))
  }

  @Test("A class is taken out of sums; the message about a picture names the budget that was set")
  func sums() throws {
    try Imprint.run("merge", path("f.embeddings"), "-o", path("sums.embeddings"), "--budget", "0")
    #expect(try remove("tulip", from: "sums.embeddings").code == 0)
    #expect(try inspect("rest.embeddings").classes.map(\.pictures) == [4, 4])
    #expect(try !inspect("rest.embeddings").embeddingsStored)
    let one = try remove("*/1.jpg", from: "sums.embeddings")
    #expect(one.code == 1 && one.stderr.contains("but beyond 0 MB the set stores only their sums"), "\(one.stderr)")
    let train = try Imprint.run(
      "train", "--from", path("rest.embeddings"), "--model", Flowers.extractor, "-o", path("m.tflite"))
    #expect(train.code == 0, "\(train.stderr)")
  }

  @Test("Without the embeddings, --keep-classes says that they are missing; pictures that drifted apart are told")
  func drift() throws {
    let model = path("m.tflite")
    let train = ["train", "--model", Flowers.extractor, "--from", path("f.embeddings"), "-o", model]
    #expect(try Imprint.run(train).code == 0)
    let more = ["train", "--model", model, "--keep-classes", "--data", data.path, "-o", path("n.tflite")]
    #expect(try Imprint.run(more).code == 0)
    let list = try inspect("m.embeddings", "--list").classes[0].list ?? []
    let name = try #require(list.first?.name)
    try Imprint.run("merge", path("m.embeddings"), "--remove", name, "-o", path("m.embeddings"))
    let drifted = try Imprint.run(more)
    #expect(drifted.code == 0 && drifted.stderr.contains("m.embeddings holds other pictures than"), "\(drifted.stderr)")
    #expect(try Imprint.run("inspect", model).output.contains("m.embeddings, of other pictures"))
    try FileManager.default.removeItem(atPath: path("m.embeddings"))
    let missing = try Imprint.run(more)
    #expect(missing.code == 64)
    #expect(missing.stderr.contains("the embeddings of its pictures: "), "\(missing.stderr)")
    #expect(missing.stderr.contains("m.embeddings is missing") && !missing.stderr.contains("came with its base"))
  }
}
