import Platform
import Foundation
import Heads
import Imprinting
import Pictures
import TestMaterial
import Testing

@testable import Training

@Suite("Training data from class folders")
struct TrainingDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ path: String) throws {
    let file = folder.appending(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(BitmapPicture.plain(0)).write(to: file)
  }

  private func names(_ data: TrainingData) -> [String] {
    data.examples.map { String(data.name(of: $0).dropFirst(folder.url.path.count + 1)) }
  }

  /// Returns twelve pictures of each of three classes.
  private func flowers() throws -> TrainingData {
    for name in ["iris", "rose", "tulip"] { for number in 10..<22 { try write("\(name)/\(number).bmp") } }
    return try TrainingData(folder: folder.url)
  }

  @Test("Each folder is a class, sorted by name")
  func folders() throws {
    for path in ["tulip/b.bmp", "tulip/a.bmp", "rose/c.bmp", "rose/inner/d.bmp"] { try write(path) }
    try Data("no picture".utf8).write(to: folder.appending("tulip/notes.txt"))
    let data = try TrainingData(folder: folder.url)
    #expect(data.labels == ["rose", "tulip"])
    #expect(names(data) == ["rose/c.bmp", "rose/inner/d.bmp", "tulip/a.bmp", "tulip/b.bmp"])
    #expect(data.examples.map(\.label) == [0, 0, 1, 1])
    #expect(data.places == [[0, 1], [2, 3]])
  }

  @Test("Replacing a picture by one of another file size changes the fingerprint; moving the folder does not")
  func fingerprint() throws {
    let first = try flowers().fingerprint
    let moved = try TemporaryFolder()
    try FileManager.default.copyItem(at: folder.url, to: moved.appending("copy"))
    #expect(try TrainingData(folder: moved.appending("copy")).fingerprint == first)
    try Data(BitmapPicture.plain(0) + [0]).write(to: folder.appending("rose/12.bmp"))
    #expect(try TrainingData(folder: folder.url).fingerprint != first)
  }

  @Test("Rejects classes without pictures by name")
  func emptyClass() throws {
    try write("rose/a.bmp")
    for name in ["tulip", "iris"] {
      try FileManager.default.createDirectory(at: folder.appending(name), withIntermediateDirectories: false)
    }
    let error = #expect(throws: TrainingDataError.self) { try TrainingData(folder: folder.url) }
    #expect(error == .emptyClasses(["iris", "tulip"]))
    #expect(error?.description.contains("\"iris\", \"tulip\"") == true)
  }

  @Test("Rejects an empty folder, a missing folder, and pictures outside class folders")
  func badFolders() throws {
    #expect(throws: LabelledPicturesError.noPictures(path: folder.url.path)) { try TrainingData(folder: folder.url) }
    let missing = folder.appending("missing")
    #expect(throws: LabelledPicturesError.notAFolder(path: missing.path)) { try TrainingData(folder: missing) }
    try write("a.bmp")
    #expect(throws: LabelledPicturesError.noClassFolders(path: folder.url.path, pictures: 1)) {
      try TrainingData(folder: folder.url)
    }
  }

  @Test("Holds back the same pictures as teaching", arguments: [0, 0.25, 0.5], [nil, 3] as [Int?])
  func split(ratio: Double, shots: Int?) throws {
    let data = try flowers()
    let split = try data.split(testRatio: ratio, shots: shots, seed: 9)
    let expected = try Split(
      LabelledPictures(folder: folder.url).classes, testRatio: ratio, shots: shots, seed: 9)
    #expect(files(split.training) == expected.training.flatMap(\.pictures))
    #expect(files(split.heldBack) == expected.heldBack.flatMap(\.pictures))
    #expect(split.training.labels == data.labels)
    #expect(split.heldBack.labels == data.labels)
    #expect(throws: EvaluationError.badTestRatio(1)) { try data.split(testRatio: 1) }
  }

  @Test("Draws the same shots as teaching and holds back the rest")
  func shots() throws {
    let data = try flowers()
    let drawn = data.drawing(shots: 5, seed: 4)
    let expected = Split(try LabelledPictures(folder: folder.url).classes, drawing: 5, seed: 4)
    #expect(files(drawn.training) == expected.training.flatMap(\.pictures))
    #expect(files(drawn.heldBack) == expected.heldBack.flatMap(\.pictures))
    #expect(drawn.training.places.map(\.count) == [5, 5, 5])
    #expect(files(data.drawing(shots: 5, seed: 5).training) != files(drawn.training))
  }

  private func files(_ data: TrainingData) -> [URL] {
    data.examples.compactMap { if case .file(let url) = $0.picture { url } else { nil } }
  }

  @Test("Selected classes are relabelled in the order of the selection")
  func selecting() throws {
    let data = try flowers()
    let selected = try data.selecting(classes: ["tulip", "iris"])
    #expect(selected.labels == ["tulip", "iris"])
    #expect(selected.count == 24)
    for example in selected.examples {
      #expect(selected.name(of: example).contains("/\(selected.labels[example.label])/"))
    }
    #expect(try data.selecting(classes: data.labels).examples == data.examples)
  }

  @Test("Rejects selecting missing, repeated, ambiguous or empty classes")
  func badSelections() throws {
    let data = try flowers()
    #expect(throws: TrainingDataError.noSuchClass("Rose")) { try data.selecting(classes: ["iris", "Rose"]) }
    #expect(throws: TrainingDataError.repeatedClass("rose")) { try data.selecting(classes: ["rose", "rose"]) }
    let ambiguous = TrainingData(labels: ["crane", "crane", "none"], examples: data.examples.filter { $0.label < 2 })
    #expect(throws: TrainingDataError.ambiguousClass("crane")) { try ambiguous.selecting(classes: ["crane"]) }
    #expect(throws: TrainingDataError.emptyClasses(["none"])) { try ambiguous.selecting(classes: ["none"]) }
  }
}
