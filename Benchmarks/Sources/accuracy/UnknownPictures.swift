import Foundation
import Imprinting
import Pictures

/// How well the novelty score of a written file separates pictures of the taught classes from other pictures.
struct UnknownPictures {
  let material: Material
  let folder: URL

  func run(into report: inout Report) async throws {
    let flowers = try material.flowers
    let split = try Split(Array(flowers.prefix(12)), testRatio: 0.25)
    let teacher = try Teacher(model: material.extractor, execution: .exact)
    try await teacher.learn(split.training, strict: true)
    let file = folder.appending(path: "twelve.tflite")
    try await teacher.save(to: file)
    let classifier = try Classifier(contentsOf: file, execution: .exact)
    let known = try await noveltyScores(of: split.heldBack.flatMap(\.pictures), classifier)
    let others = try await noveltyScores(of: flowers.dropFirst(12).flatMap(\.pictures), classifier)
    let imagenet = try await noveltyScores(of: material.imagenet.map(\.picture), classifier)
    for (name, strange, bound) in [("5 other flowers", others, 0.93), ("imagenet_sample", imagenet, 0.99)] {
      let area = Self.area(known, strange)
      report.add(
        Row(
          what: "novelty score of 12 classes of flowers17, 60 pictures each: AUROC for \(name)", method: "analytic",
          found: "", first: area.text, bound: "≥ \(bound)", isMet: area >= bound))
    }
  }

  private func noveltyScores(of pictures: [URL], _ classifier: Classifier) async throws -> [Float] {
    var found: [Float] = []
    try await classifier.answers(pictures) { index, answer in
      guard let score = try answer.get().noveltyScore else {
        throw BenchmarkError("\(pictures[index].path): the written file has no novelty score")
      }
      found.append(score)
    }
    return found
  }

  /// Returns the AUROC: among all pairs of a known and an unknown picture, the fraction in which the known picture has the
  /// higher score; ties count half.
  private static func area(_ known: [Float], _ strange: [Float]) -> Double {
    var above = 0.0
    for one in known { for other in strange { above += one > other ? 1 : one == other ? 0.5 : 0 } }
    return above / Double(known.count * strange.count)
  }
}
