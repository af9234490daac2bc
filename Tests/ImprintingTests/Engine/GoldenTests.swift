import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "Agreement with Coral's reference values",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct GoldenTests {
  let golden: CoralGolden
  let base = Material.model("mobilenet_v1_1.0_224_l2norm_quant")

  init() throws { golden = try CoralGolden.load() }

  @Test("Embeddings agree with the reference within two quantisation steps per element")
  func embeddings() async throws {
    let engine = try ImprintingEngine(model: base)
    for (name, expected) in golden.images {
      let embedding = try await engine.embed([CoralGolden.picture(name)])[0].values
      #expect(embedding.count == 1024)
      let norm = embedding.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm - expected.embeddingNorm) < 0.02, "\(name)")
      for (place, value) in zip(expected.embeddingArgmax, expected.embeddingMax) {
        #expect(abs(embedding[place] - value) <= 2 / 128, "\(name), element \(place)")
      }
    }
  }

  @Test("Classes taught at once and one by one have the reference norms and scores", arguments: [false, true])
  func atOnce(keepClasses: Bool) async throws {
    let engine = try ImprintingEngine(model: base, keepClasses: keepClasses)
    let first = keepClasses ? 1001 : 0
    #expect(await engine.classCount == first)
    let ids = try await engine.trainAll(CoralGolden.lessons.map { try $0.map(CoralGolden.picture) })
    #expect(ids == first..<first + 3)
    try await check(Bytes(engine.serialized().bytes()), keepClasses ? golden.keepClasses : golden.newClassesOnly)
  }

  @Test("Classes taught one file after another have the reference norms and scores", arguments: [false, true])
  func incrementally(keepClasses: Bool) async throws {
    var bytes = try Bytes(mapping: base)
    let first = keepClasses ? 1001 : 0
    let steps: [(picture: String, classID: Int)] = [
      ("cat_train_0", first), ("dog_train_0", first + 1), ("hotdog_train_0", first + 2), ("hotdog_train_1", first + 2),
    ]
    for (index, step) in steps.enumerated() {
      let engine = try ImprintingEngine(bytes: bytes, keepClasses: keepClasses || index > 0)
      try await engine.train([CoralGolden.picture(step.picture)], classID: step.classID)
      bytes = Bytes(try await engine.serialized().bytes())
    }
    try await check(bytes, keepClasses ? golden.keepClasses : golden.newClassesOnly)
  }

  private func check(_ bytes: Bytes, _ expected: CoralGolden.Run) async throws {
    let description = try #require(try Model(bytes: bytes).description?.string)
    let lines = description.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(lines.map(\.first) == expected.classNorms.map(\.first))
    for (line, norm) in zip(lines, expected.classNorms) { #expect(abs(line[1] - norm[1]) < 0.02) }

    let classifier = try Classifier(bytes: bytes, resize: .nearest)
    for (name, best) in expected.scores {
      let found = try await classifier.classify(Material.coralPicture(name), topK: 3).classes
      #expect(found[0].id == Int(best[0][0]), "\(name)")
      for score in best {
        let ranked = try await classifier.classify(Material.coralPicture(name), topK: classifier.classCount).classes
        let same = try #require(ranked.first { $0.id == Int(score[0]) })
        #expect(abs(Double(same.score) - score[1]) <= 0.02, "\(name), class \(same.id)")
      }
    }
  }
}
