import Heads
import Imprinting
import Inference

/// What `evaluate` prints.
struct EvaluationReport: Encodable {
  struct ClassRow: Encodable {
    let id: Int
    let label: String
    let pictures: Int
    let recall: Double
    /// The classes that its pictures were taken for, most frequent first.
    let predictions: [Prediction]
  }

  struct Prediction: Encodable {
    let id: Int
    let label: String
    let pictures: Int
  }

  let pictures: Int
  let skipped: Int
  let topK: [Double]
  let balancedAccuracy: Double
  let classes: [ClassRow]
  let worst: [Evaluation.Mistake]
  let profile: ProfileReport?

  init(_ evaluation: Evaluation, skipped: Int, worst: Int, profile: ProfileReport?) {
    self.profile = profile
    pictures = evaluation.count
    self.skipped = skipped
    topK = (1...5).map { evaluation.accuracy(top: $0) }
    balancedAccuracy = evaluation.balancedAccuracy
    classes = evaluation.classes.sorted { $0.key < $1.key }.map { id, result in
      let predictions = result.predictions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      return ClassRow(
        id: id, label: result.label, pictures: result.count, recall: result.recall,
        predictions: predictions.map {
          Prediction(id: $0.key, label: evaluation.labels[$0.key], pictures: $0.value)
        })
    }
    self.worst = Array(evaluation.mistakes.prefix(worst))
  }

  var text: String {
    var lines = ["Of \(pictures) pictures the right class is"]
    lines += Table.topK(topK)
    if skipped > 0 { lines.append("\(skipped) pictures could not be read") }
    let widest = min(30, classes.map(\.label.count).max() ?? 0)
    lines.append("\nClass by class: recall, pictures, and what else they were taken for")
    for row in classes {
      let others = row.predictions.filter { $0.id != row.id }.prefix(4)
      let confusions = others.map { "\($0.label) \($0.pictures)" }.joined(separator: ", ")
      lines.append(
        "  \(Table.left(row.label, widest))  \(Table.right(Table.percent(row.recall), 7))  "
          + "\(Table.right(String(row.pictures), 5))  \(confusions)")
    }
    if classes.count <= Self.widestTable { lines.append(contentsOf: confusionTable) }
    if !worst.isEmpty {
      lines.append("\nThe worst mistakes")
      lines += worst.map {
        "  \($0.picture): \($0.predicted), though \($0.label) \(Decimals.string(Double($0.score), places: 3))"
      }
    }
    return lines.joined(separator: "\n")
  }

  // More columns do not fit a terminal.
  private static let widestTable = 24

  private var confusionTable: [String] {
    let widest = min(20, classes.map(\.label.count).max() ?? 0)
    let digits = classes.map { String($0.id).count }.max() ?? 1
    let width = max(4, String(pictures).count + 1)
    let header =
      "  " + Table.left("", digits + 2 + widest) + classes.map { Table.right(String($0.id), width) }.joined()
      + Table.right("other", 7)
    let rows = classes.map { row in
      let counts = classes.map { column in row.predictions.first { $0.id == column.id }?.pictures ?? 0 }
      let other = row.pictures - counts.reduce(0, +)
      return "  " + Table.right(String(row.id), digits) + "  " + Table.left(row.label, widest)
        + counts.map { Table.right($0 == 0 ? "·" : String($0), width) }.joined()
        + Table.right(other == 0 ? "·" : String(other), 7)
    }
    return ["\nConfusion: a row a class, a column what it was taken for, by the number before its name", header] + rows
  }
}
