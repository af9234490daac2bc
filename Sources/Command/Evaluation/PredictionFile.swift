import Heads
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The predictions of every picture of an evaluation, as CSV or as JSON lines.
struct PredictionFile {
  /// A line of JSON.
  private struct Line: Encodable {
    struct Ranked: Encodable {
      let id: Int
      let label: String
      let score: Float
    }

    let path: String
    /// The true class; nil for a stranger.
    let label: String?
    let answer: String
    let isRight, isUnknown: Bool
    /// The score of the true class, and the number of classes that rank before it.
    let score: Float?
    let rank: Int?
    let noveltyScore: Float?
    /// The best classes, best first.
    let best: [Ranked]
  }

  private let evaluation: Evaluation

  init(_ evaluation: Evaluation) { self.evaluation = evaluation }

  /// Writes the predictions: as JSON lines where the file ends in .jsonl or .json, otherwise as CSV.
  ///
  /// - Throws: `AtomicFileError`.
  func write(to file: URL) throws {
    let isJSON = ["jsonl", "json", "ndjson"].contains(file.pathExtension.lowercased())
    try AtomicFile(file).write(isJSON ? jsonLines : csv)
  }

  private func answer(_ judged: Judgement) -> String { judged.answer.map { evaluation.labels[$0] } ?? "unknown" }

  /// Lines of `path,label,answer,right,score,best,best_score,second,second_score,rank,novelty`, without a label for strangers.
  private var csv: String {
    let number = { (score: Float?) in score.map { Decimals.string(Double($0), places: 6) } ?? "" }
    var rows = [
      [
        "path", "label", "answer", "right", "score", "best", "best_score", "second", "second_score", "rank", "novelty",
      ]
    ]
    rows += evaluation.judgements.map { judged in
      var row = [judged.picture, judged.classID.map { evaluation.labels[$0] } ?? "", answer(judged)]
      row += [judged.isRight ? "1" : "0", number(judged.score)]
      for place in 0..<2 {
        let ranked = judged.best.indices.contains(place) ? judged.best[place] : nil
        row += [ranked.map { evaluation.labels[$0.id] } ?? "", number(ranked?.score)]
      }
      return row + [judged.rank.map { String($0 + 1) } ?? "", number(judged.noveltyScore)]
    }
    return CommaSeparated.text(rows)
  }

  private var jsonLines: String {
    get throws {
      let finite = { (score: Float?) in score.flatMap { $0.isFinite ? $0 : nil } }
      return try evaluation.judgements.map { judged in
        let line = Line(
          path: judged.picture, label: judged.classID.map { evaluation.labels[$0] }, answer: answer(judged),
          isRight: judged.isRight, isUnknown: judged.isUnknown, score: finite(judged.score),
          rank: judged.rank.map { $0 + 1 }, noveltyScore: finite(judged.noveltyScore),
          best: judged.best.map { .init(id: $0.id, label: evaluation.labels[$0.id], score: finite($0.score) ?? 0) })
        return try Terminal.json(line, isOneLine: true) + "\n"
      }.joined()
    }
  }
}
