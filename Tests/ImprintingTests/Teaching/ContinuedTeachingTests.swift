import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Continued teaching")
struct ContinuedTeachingTests {
  private let swatches: Swatches

  init() throws { swatches = try Swatches() }

  private func bytes(_ teacher: Teacher) async throws -> [UInt8] { try await teacher.model().serialized().bytes() }

  @Test("With all embeddings, the head is solved again as if all classes had been taught at once")
  func all() async throws {
    let file = try await swatches.teach(["red", "green"], 0..<6, to: "some.tflite")
    let taught = try TaughtClassifier(contentsOf: file)
    guard case .all(let embeddings) = taught.embeddings else {
      Issue.record("\(taught.embeddings)")
      return
    }
    #expect(embeddings.pictures == 12 && !taught.isImprinted)
    let teacher = try Teacher(continuing: taught)
    let lesson = try await teacher.learn(Swatches.classes(["green", "blue"], 6..<10))
    #expect(lesson.classes.map(\.isContinued) == [true, false])
    #expect(lesson.classes.map(\.id) == [1, 2])
    let once = try Teacher(model: swatches.extractor)
    try await once.learn(
      Swatches.classes(["red"], 0..<6) + Swatches.classes(["green"], 0..<10) + Swatches.classes(["blue"], 6..<10))
    let files = [swatches.folder.appending("parts.tflite"), swatches.folder.appending("once.tflite")]
    try await teacher.save(to: files[0], withEmbeddings: true)
    try await once.save(to: files[1])
    #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
    #expect(try EmbeddingSet(contentsOf: Teacher.embeddingsFile(for: files[0])).pictures == 20)
  }

  @Test("Without embeddings, the classes become base classes, and new ones are added beside them")
  func none() async throws {
    let file = try await swatches.teach(["red", "green"], withEmbeddings: false, to: "base.tflite")
    let taught = try TaughtClassifier(contentsOf: file)
    guard case .none = taught.embeddings else {
      Issue.record("\(taught.embeddings)")
      return
    }
    let teacher = try Teacher(continuing: taught)
    #expect(await teacher.labels == Labels([0: "red", 1: "green"]))
    await #expect(throws: ImprintingError.baseClass(0, name: "red")) {
      try await teacher.learn(Swatches.classes(["red"], 0..<2))
    }
    let lesson = try await teacher.learn(Swatches.classes(["blue"], 0..<6))
    #expect(lesson.classes.map(\.id) == [2])
    let beside = swatches.folder.appending("beside.tflite")
    try await teacher.save(to: beside, withEmbeddings: true)

    let again = try TaughtClassifier(contentsOf: beside)
    guard case .some(let embeddings) = again.embeddings else {
      Issue.record("\(again.embeddings)")
      return
    }
    #expect(embeddings.classes.map(\.name) == ["blue"])
    let further = try Teacher(continuing: again)
    let path = Teacher.embeddingsFile(for: beside).relativePath
    await #expect(throws: ImprintingError.taughtBesideBase("blue", path: path)) {
      try await further.learn(Swatches.classes(["blue"], 6..<8))
    }
    try await further.learn(Swatches.classes(["grey"], 0..<6))
    try await further.save(to: beside, withEmbeddings: true)
    #expect(try EmbeddingSet(contentsOf: Teacher.embeddingsFile(for: beside)).classes.map(\.name) == ["blue", "grey"])
  }

  @Test("Ignores embeddings of classes that the model lacks; finds the file of earlier versions")
  func files() async throws {
    let file = try await swatches.teach(["red", "green"], to: "new.tflite")
    let other = try await swatches.teach(["blue", "grey"], to: "other.tflite")
    let (ownEmbeddingsFile, otherEmbeddingsFile) = (
      Teacher.embeddingsFile(for: file), Teacher.embeddingsFile(for: other)
    )
    let old = file.deletingPathExtension().appendingPathExtension("seen")
    try FileManager.default.moveItem(at: ownEmbeddingsFile, to: old)
    #expect(Teacher.existingEmbeddingsFile(for: file) == old)
    guard case .all = try TaughtClassifier(contentsOf: file).embeddings else {
      Issue.record("not found")
      return
    }
    try FileManager.default.copyItem(at: otherEmbeddingsFile, to: ownEmbeddingsFile)
    let taught = try TaughtClassifier(contentsOf: file)
    guard case .ignored(let path) = taught.embeddings else {
      Issue.record("\(taught.embeddings)")
      return
    }
    #expect(path == ownEmbeddingsFile.relativePath && taught.embeddingSet == nil)
    try Data("no embeddings".utf8).write(to: ownEmbeddingsFile)
    #expect(throws: EmbeddingSetError.self) { try TaughtClassifier(contentsOf: file) }
  }

  @Test("Keeps the augmentation and rejects another one")
  func augmentation() async throws {
    let file = try await swatches.teach(["red", "green"], to: "plain.tflite")
    #expect(try Teacher(continuing: file).extractor.space.augmentation == .off)
    let path = Teacher.embeddingsFile(for: file).relativePath
    #expect(throws: ImprintingError.otherAugmentation(.five, before: .off, path: path)) {
      try Teacher(continuing: file, augmentation: .five)
    }
  }

  @Test("Does not overwrite embeddings that the new ones cannot be merged with")
  func otherEmbeddings() async throws {
    let file = try await swatches.teach(["red", "green"], method: Imprinted(), to: "coral.tflite")
    let teacher = try Teacher(continuing: file, augmentation: .five)
    #expect {
      try teacher.checkSaving(to: file)
    } throws: {
      ($0 as? ImprintingError)?.code == .otherEmbeddings
    }
    let elsewhere = swatches.folder.appending("elsewhere.tflite")
    try teacher.checkSaving(to: elsewhere)
    try await teacher.learn(Swatches.classes(["blue"], 0..<2))
    try await teacher.save(to: elsewhere, withEmbeddings: true)
    #expect(try EmbeddingSet(contentsOf: Teacher.embeddingsFile(for: elsewhere)).classes.map(\.name) == ["blue"])
    #expect(try EmbeddingSet(contentsOf: Teacher.embeddingsFile(for: file)).classes.map(\.name) == ["red", "green"])
  }

  @Test("In Coral's layout, two lessons give the same model as one, also across a file")
  func coral() async throws {
    let once = try Teacher(model: swatches.extractor, method: Imprinted())
    try await once.learn(
      Swatches.classes(["red"], 0..<8) + Swatches.classes(["green"], 0..<4) + Swatches.classes(["blue"], 4..<8))
    let expected = try await bytes(once)

    let twice = try Teacher(model: swatches.extractor, method: Imprinted())
    try await twice.learn(Swatches.classes(["red", "green"], 0..<4))
    let lesson = try await twice.learn(Swatches.classes(["red", "blue"], 4..<8))
    #expect(lesson.classes.map(\.id) == [0, 2])
    #expect(lesson.classes.map(\.isContinued) == [true, false])
    #expect(try await bytes(twice) == expected)

    let earlier = try Teacher(model: swatches.extractor, method: Imprinted())
    try await earlier.learn(Swatches.classes(["red", "green"], 0..<4))
    let later = try Teacher(model: swatches.extractor, method: Imprinted(), from: await earlier.embeddings)
    try await later.learn(Swatches.classes(["red", "blue"], 4..<8))
    #expect(try await bytes(later) == expected)

    let file = try await swatches.teach(["red", "green"], 0..<4, method: Imprinted(), to: "coral.tflite")
    let continued = try Teacher(continuing: file)
    #expect(continued.method is Imprinted)
    #expect(await continued.embeddings.pictures == 0)
    let further = try await continued.learn(Swatches.classes(["red", "blue"], 4..<8))
    #expect(further.classes.map(\.id) == [0, 2])
    #expect(further.classes.map(\.isContinued) == [true, false])
    #expect(try await bytes(continued) == expected)
    try await continued.save(to: file, withEmbeddings: true)
    #expect(try EmbeddingSet(contentsOf: Teacher.embeddingsFile(for: file)).classes.map(\.count) == [8, 4, 4])
  }

  @Test(
    "A picture learnt twice under one name counts once, in both layouts", arguments: ["analytic", "imprinted"])
  func twice(name: String) async throws {
    let method = try #require(HeadMethods.named(name))
    let once = try Teacher(model: swatches.extractor, method: method)
    let twice = try Teacher(model: swatches.extractor, method: method)
    for teacher in [once, twice, twice] { try await teacher.learn(Swatches.classes(["red", "green"], 0..<4)) }
    #expect(try await bytes(once) == bytes(twice))
  }

  @Test("Another method solves a model in Coral's layout again from all its embeddings")
  func otherLayout() async throws {
    let file = try await swatches.teach(["red", "green"], method: Imprinted(), to: "coral.tflite")
    let teacher = try Teacher(continuing: file, method: Analytic())
    #expect(await teacher.embeddings.pictures == 12)
    let analytic = try Teacher(model: swatches.extractor)
    try await analytic.learn(Swatches.classes(["red", "green"], 0..<6))
    #expect(await teacher.labels == analytic.labels)
    #expect(try await teacher.estimate?.accuracy == analytic.estimate?.accuracy)
  }
}
