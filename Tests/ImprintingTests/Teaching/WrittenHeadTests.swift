import Foundation
@testable import Heads
@testable import Imprinting
@testable import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Solved heads in model files")
struct WrittenHeadTests {
  private func numbers(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float.random(in: -3...3, using: &generator) }
  }

  private func best(_ values: [Float]) -> Int { values.indices.max { values[$0] < values[$1] } ?? 0 }

  @Test(
    "The file gives the logits of the head in memory, for uint8, int8 and float embeddings",
    arguments: [
      (ElementEncoding.uint8(scale: 0.02, zeroPoint: 0), FeatureTransform.root, 1),
      (.uint8(scale: 0.02, zeroPoint: 100), .signedRoot, 1), (.int8(scale: 0.1, zeroPoint: -128), .root, 3),
      (.int8(scale: 0.1, zeroPoint: 5), .plain, 2), (.float32, .signedRoot, 2), (.float32, .root, 1),
    ])
  func exact(encoding: ElementEncoding, map: FeatureTransform, rows: Int) throws {
    var generator = SeededGenerator(seed: rows)
    let head = try LinearHead(
      transform: map, dimension: 12, rowsPerClass: rows, weights: numbers(12 * 5 * rows, &generator),
      biases: numbers(5 * rows, &generator))
    let file = try BaseLogits(of: SmallExtractor.model(encoding).appending(head))
    for number in 0..<200 {
      // The first is an embedding of zeros.
      let values = number == 0 ? Array(repeating: 0, count: 12) : numbers(12, &generator)
      let stored = Bytes(encoding.encode(values))
      let found = try file.logits(of: stored)
      let expected = head.logits(of: stored.withUnsafeBytes { encoding.steps($0) })
      #expect(found.count == 5)
      for (one, other) in zip(found, expected) { #expect(abs(one - other) < 2e-4, "\(found) \(expected)") }
    }
  }

  /// Returns generated classes, whose points lie around their means, and the head solved from them.
  private func solved(_ encoding: ElementEncoding, shots: Int) throws -> (EmbeddingSet, SolvedHead) {
    let space = EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: 12, element: .uint8,
      zeroPoint: 0, isNonNegative: true)
    var generator = SeededGenerator(seed: 7)
    var embeddings = EmbeddingSet(space: space)
    for label in 0..<3 {
      for picture in 0..<shots {
        let bytes = (0..<12).map { UInt8(Int.random(in: 5...45, using: &generator) + ($0 % 3 == label ? 120 : 0)) }
        try embeddings.add(EmbeddedPicture(name: "\(label)-\(picture)", embeddings: Bytes(bytes)), to: "class \(label)")
      }
    }
    return (embeddings, try Analytic().solve(embeddings))
  }

  @Test("Beside new classes, base classes keep their logits, and new classes win on their own pictures")
  func baseClasses() throws {
    let encoding = ElementEncoding.uint8(scale: 0.02, zeroPoint: 0)
    var generator = SeededGenerator(seed: 3)
    let old = try LinearHead(
      transform: .plain, dimension: 12, weights: numbers(48, &generator), biases: Array(repeating: 4, count: 4))
    let base = try SmallExtractor.model(encoding).appending(old)
    let (embeddings, solved) = try solved(encoding, shots: 12)
    let logits = try BaseLogits(of: base)
    let calibration = try BaseClassCalibration(solved, from: embeddings, base: logits)
    let model = try solved.model(beside: base, calibration: calibration, labels: Labels([0: "old"]), resize: .crop)
    #expect(model.carriedLabels?.names == [0: "old", 4: "class 0", 5: "class 1", 6: "class 2"])
    let file = try BaseLogits(of: model)
    var right = 0
    for (label, known) in embeddings.classes.enumerated() {
      for picture in known.pictures {
        let found = try file.logits(of: picture.embeddings)
        let before = try logits.logits(of: picture.embeddings)
        for (one, other) in zip(found, before) { #expect(abs(one - other) < 1e-5) }
        if best(found) == 4 + label { right += 1 }
      }
    }
    #expect(right >= 33)
    for _ in 0..<50 {
      let novel = Bytes((0..<12).map { _ in UInt8.random(in: 0...255, using: &generator) })
      let found = try file.logits(of: novel)
      let before = try logits.logits(of: novel)
      #expect(best(Array(found.prefix(4))) == best(before))
    }
  }

  @Test("Rejects calibrating base classes on one picture per class")
  func tooFew() throws {
    let encoding = ElementEncoding.uint8(scale: 0.02, zeroPoint: 0)
    let (embeddings, solved) = try solved(encoding, shots: 1)
    let head = try LinearHead(
      transform: .plain, dimension: 12, weights: Array(repeating: 1, count: 24), biases: [0, 1])
    let base = try BaseLogits(of: SmallExtractor.model(encoding).appending(head))
    #expect(throws: BaseClassCalibrationError.tooFewPictures) {
      try BaseClassCalibration(solved, from: embeddings, base: base)
    }
  }

  @Test("Stored novelty statistics round-trip, and damage never crashes")
  func stored() throws {
    let (_, solved) = try solved(.uint8(scale: 0.02, zeroPoint: 0), shots: 9)
    let novelty = try #require(solved.novelty)
    let stored = try #require(try StoredNovelty(novelty, rate: 0.1))
    #expect(try StoredNovelty(stored.bytes) == stored)
    let values = novelty.training.map { novelty.value(distance: $0.distance, projection: $0.projection) }
    let below = values.count { Float($0) < stored.rule(rate: 0.1).threshold }
    #expect((1...4).contains(below), "of 27")
    let bytes = Array(stored.bytes)
    for count in [0, 3, 4, 8, 30, bytes.count - 1] {
      #expect(throws: StoredNoveltyError.self) { try StoredNovelty(Bytes(Array(bytes.prefix(count)))) }
    }
    #expect(throws: StoredNoveltyError.newer(3)) {
      var newer = bytes
      newer[4] = 3
      return try StoredNovelty(Bytes(newer))
    }
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      var damaged = bytes
      Mutation.mutate(&damaged, using: &generator)
      _ = try? StoredNovelty(Bytes(damaged))
    }
  }

  @Test("Pictures of a class taught from one or two pictures are never unknown, and such classes alone have no rule")
  func smallClasses() throws {
    let encoding = ElementEncoding.uint8(scale: 0.02, zeroPoint: 0)
    var (embeddings, _) = try solved(encoding, shots: 9)
    for picture in embeddings.classes[1].pictures.dropFirst(2) {
      try embeddings.remove(picture: picture.name, from: embeddings.classes[1].name)
    }
    let novelty = try #require(try Analytic().solve(embeddings).novelty)
    #expect(novelty.smallClasses == [1])
    let stored = try #require(try StoredNovelty(novelty, rate: 0.05))
    #expect(try StoredNovelty(stored.bytes) == stored)
    let rule = stored.rule(rate: 0.05)
    #expect(rule.isUnknown(-1000, best: 0) && !rule.isUnknown(-1000, best: 1))
    #expect(rule.pictures == 20)
    #expect(rule.interval.lowerBound < 0.02 && rule.interval.upperBound > 0.15)
    let bytes = Array(stored.bytes)
    for count in [bytes.count - 9, bytes.count - 8, bytes.count - 4, bytes.count - 1] {
      #expect(throws: StoredNoveltyError.self) { try StoredNovelty(Bytes(Array(bytes.prefix(count)))) }
    }
    #expect(throws: StoredNoveltyError.self) { try StoredNovelty(Bytes(bytes.dropLast(4) + [3, 0, 0, 0])) }

    let (_, two) = try solved(encoding, shots: 2)
    #expect(try #require(two.novelty).smallClasses == [0, 1, 2])
    #expect(try two.model(behind: SmallExtractor.model(encoding), resize: .crop).unknownRule == nil)
  }

  @Test("Applies the unknown rule at the default rate, at a given rate, never, and with damaged statistics")
  func unknown() async throws {
    let encoding = ElementEncoding.uint8(scale: 0.02, zeroPoint: 0)
    let (embeddings, solved) = try solved(encoding, shots: 20)
    let model = try solved.model(behind: SmallExtractor.model(encoding), resize: .crop)
    let bytes = Bytes(try model.serialized().bytes())
    let classifier = try Classifier(bytes: bytes)
    let rule = try #require(classifier.unknownRule)
    #expect(abs(rule.rate - 0.05) < 1e-6)
    #expect(classifier.classCount == 3 && classifier.noveltyError == nil)
    // All four pixels of a quarter are the same.
    let pixels = { (quarters: Bytes) -> [UInt8] in
      var all: [UInt8] = []
      for place in 0..<16 {
        let quarter: Int = place / 8 * 2 + place % 4 / 2
        for channel in 0..<3 { all.append(quarters[3 * quarter + channel]) }
      }
      return all
    }
    let novel: [UInt8] = pixels([250, 250, 250, 1, 1, 1, 250, 250, 250, 1, 1, 1])
    let known = pixels(try #require(embeddings.classes[1].pictures.first).embeddings)
    let bestLabel = { (classifier: Classifier, pixels: [UInt8]) in
      try pixels.withUnsafeBytes { try classifier.classify(tensor: $0, topK: 1).best?.label }
    }
    #expect(try bestLabel(classifier, novel) == nil)
    #expect(try bestLabel(classifier, known) == "class 1")
    #expect(try bestLabel(Classifier(bytes: bytes, unknown: .never), novel) != nil)
    #expect(throws: ImprintingError.badUnknownRate(1)) { try Classifier(bytes: bytes, unknown: .atRate(1)) }
    let strict = try Classifier(bytes: bytes, unknown: .atRate(0.5)).unknownRule
    #expect(try #require(strict).threshold > rule.threshold)

    var damaged = model
    damaged.setMetadata(named: "imprint.familiarity", to: [1, 2, 3])
    let plain = try Classifier(bytes: Bytes(damaged.serialized().bytes()))
    #expect(plain.noveltyError != nil && plain.unknownRule == nil && plain.classCount == 3)
    #expect(try bestLabel(plain, novel) != nil)
    var labelled = model
    try labelled.setImprinted(
      labels: ["a", "None", "c"], sums: StoredSums(dimension: 12, sums: [:]), resize: nil)
    #expect(try bestLabel(Classifier(bytes: Bytes(labelled.serialized().bytes())), known) == nil)
    #expect(labelled.metadata(named: "imprint.familiarity") == nil)
  }
}
