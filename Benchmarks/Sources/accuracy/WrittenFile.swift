import Foundation
import Imprinting
import Pictures
import TFLite

/// How often the answers of written files agree with those of the heads in memory, and the accuracy of the files.
struct WrittenFile {
  let pictures: [LabelledPictures.Class]
  let extractor: Extractor
  let embeddings: EmbeddingSet
  let folder: URL

  func run(into report: inout Report) async throws {
    for method: any HeadMethod in [Imprinted(), Analytic()] {
      try await run(method, "60", try embeddings.withoutFirstQuarter(), into: &report)
    }
    var draws = SplitMix64(seed: 0)
    let few = try embeddings.picking { ($0.count / 4..<$0.count).shuffled(using: &draws).prefix(5) }
    try await run(Analytic(), "5", few, into: &report)
  }

  private func run(_ method: any HeadMethod, _ shots: String, _ lesson: EmbeddingSet, into report: inout Report)
    async throws
  {
    let solved = try method.solve(lesson)
    let file = folder.appending(path: "written.tflite")
    try solved.model(behind: extractor.model, resize: extractor.resize).serialized().write(to: file)
    let test = try embeddings.picking { 0..<$0.count / 4 }
    let inMemory = test.classes.flatMap(\.pictures).map { picture in
      try? Ranking.best(solved.head.logits(of: embeddings.space.plainSteps(of: picture)), topK: 1).first
    }
    let files = zip(pictures.indices, pictures).flatMap { label, known in
      known.pictures.prefix(known.pictures.count / 4).map { (label, $0) }
    }
    var (same, right) = (0, 0)
    try await Classifier(contentsOf: file, execution: .exact).scores(files.map(\.1)) { index, scores in
      let named = try Ranking.best(scores.get(), topK: 1).first
      if named == inMemory[index] { same += 1 }
      if named == files[index].0 { right += 1 }
    }
    let share = Double(same) / Double(files.count)
    let accuracy = Double(right) / Double(files.count)
    report.add(
      Row(
        what: "flowers17, \(shots) pictures a class: the written file and the head in memory agree",
        method: type(of: method).name, found: "", first: "\(share.text); accuracy of the file \(accuracy.text)",
        bound: "≥ 0.995", isMet: share >= 0.995))
  }
}
