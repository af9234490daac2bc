import Foundation
import Heads
import Imprinting
@testable import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "Imprinted classes beside those of a base",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct KeptClassesTests {
  private static let shots = 15

  /// The first ten flowers, each with pictures to learn and pictures to test on.
  private func flowers() throws -> [(name: String, learnt: [URL], tested: [URL])] {
    try FileManager.default.contentsOfDirectory(atPath: Material.flowers17.path).sorted().prefix(10).map { name in
      let all = try PictureFiles.pictures(at: Material.flowers17.appending(path: name))
      let spread = (0..<25).map { all[$0 * all.count / 25] }
      return ("new \(name)", Array(spread.suffix(Self.shots)), Array(spread.prefix(10)))
    }
  }

  /// The top-1 accuracy on a quarter of ImageNet's sample.
  private func oldAccuracy(_ classifier: Classifier) async throws -> Double {
    let all = try PictureFiles.pictures(at: Material.imagenetSample)
    let pictures = stride(from: 0, to: all.count, by: 4).map { all[$0] }
    var right = 0
    try await classifier.answers(pictures, topK: 1) { index, result in
      let wanted = Int(pictures[index].lastPathComponent.prefix(4)).map { $0 + 1 }
      if try result.get().classes.first?.id == wanted { right += 1 }
    }
    return Double(right) / Double(pictures.count)
  }

  @Test(
    "On an adapted network both halves hold: the base loses at most 0.03, and ten classes of fifteen pictures reach 0.80",
    arguments: [
      ("mobilenet_v1_1.0_224_quant", TailLayout.coral), ("mobilenet_v1_1.0_224_quant", .float),
      ("mobilenet_v2_1.0_224_quant", .coral), ("mobilenet_v2_1.0_224_quant", .float),
    ])
  func bothHalves(name: String, layout: TailLayout) async throws {
    let folder = try TemporaryFolder()
    let base = folder.appending("base.tflite")
    try Adaptation(of: Model(contentsOf: Material.model(name))).model(layout: layout).serialized().write(to: base)
    let flowers = try flowers()
    let teacher = try Teacher(model: base, method: Imprinted(), keepClasses: true)
    try await teacher.learn(flowers.map { LabelledPictures.Class(name: $0.name, pictures: $0.learnt) })
    let file = folder.appending("both.tflite")
    try await teacher.save(to: file)
    let classifier = try Classifier(contentsOf: file)

    let before = try await oldAccuracy(Classifier(contentsOf: base))
    let after = try await oldAccuracy(classifier)
    #expect(after >= before - 0.03, "\(after), \(before) before")
    let evaluation = try await classifier.evaluate(
      flowers.map { LabelledPictures.Class(name: $0.name, pictures: $0.tested) })
    #expect(evaluation.accuracy(top: 1) >= 0.8)
    let promised = try #require(try await teacher.accuracyBesideBase)
    #expect(abs(promised - evaluation.accuracy(top: 1)) < 0.1)

    // The rows of the base are the same bytes.
    let (old, new) = (try Model(contentsOf: base), try Model(contentsOf: file))
    let (oldTail, newTail) = (try ImprintingTail(of: old), try ImprintingTail(of: new))
    #expect(new.rows(of: newTail).prefix(oldTail.classCount).elementsEqual(old.rows(of: oldTail)))
    #expect(new.biases(of: newTail).prefix(oldTail.classCount).elementsEqual(old.biases(of: oldTail)))
  }

  @Test("More pictures continue from the exact sums, and Coral's engine restores them from the row and the norm")
  func continued() async throws {
    let folder = try TemporaryFolder()
    let base = folder.appending("base.tflite")
    let small = Material.model("mobilenet_v1_0.25_128_quant")
    try Adaptation(of: Model(contentsOf: small)).model(layout: .coral).serialized().write(to: base)
    let flowers = try flowers().prefix(3)
    let file = folder.appending("both.tflite")
    func learn(_ range: Range<Int>, in teacher: Teacher) async throws {
      try await teacher.learn(flowers.map { LabelledPictures.Class(name: $0.name, pictures: Array($0.learnt[range])) })
      try await teacher.save(to: file)
    }
    try await learn(0..<10, in: Teacher(model: base, method: Imprinted(), keepClasses: true))
    let first = try Model(contentsOf: file)
    let tail = try ImprintingTail(of: first)
    let sums = first.believedSums(of: tail)
    #expect(sums.count == 3 && first.imprintedBalance.factor > 0.5 && first.imprintedBalance.offset < 0)
    for record in first.imprintedClasses {
      let sum = try #require(sums[record.classID])
      let row = first.rows(of: tail)[record.classID].withUnsafeBytes { tail.rowEncoding.values($0) }
      let restored = row.map { Double($0) * record.norm / Double(tail.embeddingEncoding.unit) }
      let difference = zip(restored, sum.steps).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      #expect(difference < 0.1 * sum.norm)
    }
    try await learn(10..<15, in: Teacher(continuing: file))
    let second = try Model(contentsOf: file)
    #expect(second.imprintedClasses.map(\.pictures) == [15, 15, 15])
    // All at once gives the same sums.
    try await learn(0..<15, in: Teacher(model: base, method: Imprinted(), keepClasses: true))
    let atOnce = try Model(contentsOf: file)
    #expect(second.believedSums(of: tail) == atOnce.believedSums(of: tail))
    #expect(abs(second.imprintedBalance.offset - atOnce.imprintedBalance.offset) < 0.1)
  }

  @Test("Without classes of a base, and with one picture a class, rows are unit vectors without biases, as Coral's")
  func unbalanced() async throws {
    let small = Material.model("mobilenet_v1_0.25_128_quant")
    let adapted = try Adaptation(of: Model(contentsOf: small)).model(layout: .float)
    let folder = try TemporaryFolder()
    let base = folder.appending("base.tflite")
    try adapted.serialized().write(to: base)
    let flowers = try flowers().prefix(2)
    for (keepClasses, count) in [(false, 3), (true, 1)] {
      let teacher = try Teacher(model: base, method: Imprinted(), keepClasses: keepClasses)
      try await teacher.learn(
        flowers.map { LabelledPictures.Class(name: $0.name, pictures: Array($0.learnt.prefix(count))) })
      let model = try await teacher.model()
      let tail = try ImprintingTail(of: model)
      #expect(model.imprintedBalance == ImprintedBalance())
      #expect(model.biases(of: tail).suffix(2) == [[0, 0, 0, 0], [0, 0, 0, 0]])
      for row in model.rows(of: tail).suffix(2) {
        let values = row.withUnsafeBytes { tail.rowEncoding.values($0) }
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
      }
      #expect(try await teacher.accuracyBesideBase == nil)
    }
  }
}
