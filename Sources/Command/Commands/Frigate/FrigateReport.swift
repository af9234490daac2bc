import Heads
import Imprinting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `frigate` prints.
struct FrigateReport: Encodable {
  /// A picture that Frigate classified, and the answer of the new classifier.
  struct Attempt: Encodable {
    let picture: String
    let label: String
    let score: Double
    /// The answer that Frigate had.
    let before: String?
    let scoreBefore: Double?
    /// Whether the answers differ; nil where Frigate had none.
    let isChanged: Bool?

    init(_ attempt: FrigateAttempt, label: String, score: Double) {
      picture = attempt.file.relativePath
      self.label = label
      self.score = score
      (before, scoreBefore) = (attempt.label, attempt.score)
      isChanged = attempt.label == nil ? nil : !attempt.isAnswered(as: label)
    }
  }

  let training: TrainReport
  let thresholds: [AnswerRate]
  let backups: [String]
  let review: [Attempt]

  static let usualThresholds = [0.5, 0.6, 0.7, FrigateModel.threshold, 0.9, 0.95]
  private static let mostAttempts = 20

  var text: String {
    var lines = [training.text]
    lines += backups.map { "Backup      \($0)" }
    if !thresholds.isEmpty {
      lines.append("Pictures answered at a threshold (leave-one-out), and the answers that are right:")
      lines += thresholds.map { rate in
        "  \(Decimals.string(rate.threshold, places: 2))  \(Table.right(Table.percent(rate.answered), 7))  "
          + "\(Table.right(rate.correct.map { Table.percent($0) } ?? "–", 7))"
          + (rate.threshold == FrigateModel.threshold ? "  Frigate's default" : "")
      }
    }
    if !review.isEmpty {
      lines.append("\(Table.counted(review.count, "picture", "pictures")) of 'train', the least certain first:")
      lines += review.prefix(Self.mostAttempts).map { attempt in
        let before = attempt.before.map { label in
          ", before \(label)\(attempt.scoreBefore.map { " \(Decimals.string($0, places: 2))" } ?? "")"
        }
        return "  \(Decimals.string(attempt.score, places: 2))  \(attempt.label)\(before ?? "")  \(attempt.picture)"
      }
      if review.count > Self.mostAttempts {
        lines.append("  … and \(review.count - Self.mostAttempts) more (--json lists all)")
      }
    }
    lines.append("Frigate loads the model when it starts: restart it")
    return lines.joined(separator: "\n")
  }
}
