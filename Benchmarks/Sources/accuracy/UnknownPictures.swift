import Foundation
import Imprinting
import Pictures

/// How well a written file tells pictures of the classes that it was taught from pictures of others.
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
    let known = try await familiarity(of: split.heldBack.flatMap(\.pictures), classifier)
    let others = try await familiarity(of: flowers.dropFirst(12).flatMap(\.pictures), classifier)
    let imagenet = try await familiarity(of: material.imagenet.map(\.picture), classifier)
    for (name, strange, bound) in [("5 other flowers", others, 0.93), ("imagenet_sample", imagenet, 0.99)] {
      let area = Self.area(known, strange)
      report.add(
        Row(
          what: "novelty score of 12 classes of flowers17, 60 pictures each: AUROC for \(name)", method: "analytic",
          found: "", first: area.text, bound: "≥ \(bound)", isMet: area >= bound))
    }
  }

  private func familiarity(of pictures: [URL], _ classifier: Classifier) async throws -> [Float] {
    var found: [Float] = []
    try await classifier.answers(pictures) { index, answer in
      guard let familiarity = try answer.get().familiarity else {
        throw Complaint("\(pictures[index].path): the written file says nothing of how familiar it is")
      }
      found.append(familiarity)
    }
    return found
  }

  /// The share of pairs of a known and a strange picture of which the known one is the more familiar; ties count half.
  private static func area(_ known: [Float], _ strange: [Float]) -> Double {
    var above = 0.0
    for one in known { for other in strange { above += one > other ? 1 : one == other ? 0.5 : 0 } }
    return above / Double(known.count * strange.count)
  }
}
