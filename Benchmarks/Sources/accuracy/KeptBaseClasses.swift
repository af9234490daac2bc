import Foundation
import Imprinting
import Pictures
import TFLite

/// The accuracy of the written file on a base's own classes, and on new classes beside them.
struct KeptBaseClasses {
  let material: Material
  let folder: URL

  func run(into report: inout Report) async throws {
    for resize in [Resize.crop, .crop(fraction: 0.875)] {
      let base = try await ofBase(try Classifier(contentsOf: material.classifier, resize: resize, execution: .exact))
      try await run("60 pictures", shots: nil, draws: 1, least: 0.86, resize, base: base, into: &report)
      try await run("5 pictures", shots: 5, draws: 5, least: 0.70, resize, base: base, into: &report)
    }
  }

  private func run(
    _ name: String, shots: Int?, draws: Int, least: Double, _ resize: Resize, base: Double, into report: inout Report
  ) async throws {
    var (kept, new): ([Double], [Double]) = ([], [])
    for draw in 0..<draws {
      let split = try Split(material.flowers, testRatio: 0.25, shots: shots, seed: UInt64(draw))
      let count = split.training.reduce(0) { $0 + $1.pictures.count }
      // The same as `imprint train --keep-classes`.
      let teacher = try Teacher(
        model: material.classifier, keepClasses: true, resize: resize, augmentation: .usual(for: count),
        execution: .exact)
      try await teacher.learn(split.training, strict: true)
      let file = folder.appending(path: "kept.tflite")
      try await teacher.save(to: file)
      let classifier = try Classifier(contentsOf: file, execution: .exact)
      kept.append(try await ofBase(classifier) - base)
      new.append(try await classifier.evaluate(split.heldBack, strict: true).accuracy(top: 1))
    }
    guard let kept = Estimate(kept), let new = Estimate(new) else { return }
    let what = "1001 classes kept beside flowers17, \(name) a class, \(resize)"
    report.add(
      Row(
        what: what, method: "analytic, base top-1 − that of the unchanged model (\(base.text))", found: "",
        first: kept.mean.signed + (kept.standardError.map { " ± " + $0.text } ?? ""), bound: "≥ −0.015",
        isMet: kept.mean >= -0.015))
    report.add(
      Row(
        what: what, method: "analytic, flowers top-1", found: "", first: new.withError, bound: "≥ \(least)",
        isMet: new.mean >= least))
  }

  /// Returns a classifier's accuracy on pictures of the base's own classes.
  private func ofBase(_ classifier: Classifier) async throws -> Double {
    let pictures = try material.imagenet
    var right = 0
    try await classifier.scores(pictures.map(\.picture)) { index, scores in
      if try Ranking.best(scores.get(), topK: 1) == [pictures[index].id] { right += 1 }
    }
    return Double(right) / Double(pictures.count)
  }
}
