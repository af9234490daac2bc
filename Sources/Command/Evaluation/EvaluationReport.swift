import Heads

/// What `evaluate` prints.
struct EvaluationReport: Encodable {
  struct ClassRow: Encodable {
    let id: Int
    let label: String
    let pictures: Int
    /// The share of its pictures that are recognised; one that is called unknown is not. Nil where only others get its name.
    let recall: Double?
    let precision: Double?
    let f1: Double?
    /// The number of its pictures that are called unknown.
    let unknown: Int
    /// The best classes of its pictures, whether or not they are called unknown, most frequent first.
    let predictions: [Prediction]
    /// The least score from which on the class's answers have the precision that was asked for.
    let threshold: Double?
  }

  struct Prediction: Encodable {
    let id: Int
    let label: String
    let pictures: Int
  }

  /// The answers of at least a score.
  struct Coverage: Encodable {
    let threshold, coverage, accuracy: Double
    /// The 95 % interval of the accuracy.
    let interval: Interval

    init(_ point: AnswerCurve.Point) {
      (threshold, coverage, accuracy) = (point.threshold, point.coverage, point.accuracy)
      interval = Interval(point.interval)
    }
  }

  /// A precision that was asked for.
  struct Precision: Encodable {
    let wanted: Double
    /// The most answers with that precision; nil where no threshold reaches it.
    let answers: Coverage?
  }

  let pictures: Int
  let strangers: Int
  let skipped: Int
  let topK: [Double]
  let balancedAccuracy: Double
  let answers: Evaluation.Answers
  let macro, weighted: ClassMeasures.Average
  let expectedCalibrationError: Double?
  let logLoss: Double?
  /// The probability that a picture of a class has a higher novelty score than a stranger.
  let strangerAUROC: Double?
  /// Coverage against accuracy as the least score rises, and as the least novelty score rises.
  let coverage: [Coverage]
  let noveltyCoverage: [Coverage]?
  let precision: Precision?
  let classes: [ClassRow]
  let worst: [Evaluation.Mistake]
  let views: ViewsComparison?
  let profile: ProfileReport?

  init(
    _ evaluation: Evaluation, skipped: Int, worst: Int, precision: Double? = nil, views: ViewsComparison? = nil,
    profile: ProfileReport?
  ) {
    self.views = views
    self.profile = profile
    pictures = evaluation.count
    strangers = evaluation.strangers
    self.skipped = skipped
    topK = (1...5).map { evaluation.accuracy(top: $0) }
    balancedAccuracy = evaluation.balancedAccuracy
    answers = evaluation.answers
    let measures = evaluation.measures
    (macro, weighted) = (measures.macro, measures.weighted)
    expectedCalibrationError = evaluation.reliability.flatMap { $0.count > 0 ? $0.expectedCalibrationError : nil }
    logLoss = evaluation.logLoss
    strangerAUROC = evaluation.strangerAUROC
    let curve = evaluation.scoreCurve
    coverage = Self.points(curve)
    noveltyCoverage = evaluation.noveltyCurve.map(Self.points)
    self.precision = precision.map {
      Precision(wanted: $0, answers: curve.threshold(forPrecision: $0).map { Coverage($0) })
    }
    let thresholds = precision.map { evaluation.classThresholds(forPrecision: $0) } ?? [:]
    classes = measures.rows.map { row in
      let predictions = evaluation.classes[row.id]?.predictions ?? [:]
      return ClassRow(
        id: row.id, label: row.label, pictures: row.pictures, recall: row.recall, precision: row.precision, f1: row.f1,
        unknown: row.unknown,
        predictions: predictions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
          Prediction(id: $0.key, label: evaluation.labels[$0.key], pictures: $0.value)
        }, threshold: thresholds[row.id]?.threshold)
    }
    self.worst = Array(evaluation.mistakes.prefix(worst))
  }

  private static func points(_ curve: AnswerCurve) -> [Coverage] {
    [1, 0.95, 0.9, 0.8, 0.7, 0.5].compactMap { curve.point(covering: $0) }.reduce(into: []) { found, point in
      if found.last?.threshold != point.threshold { found.append(Coverage(point)) }
    }
  }

  var text: String {
    var lines = ["Accuracy on \(Table.counted(pictures, "picture", "pictures"))"]
    lines += Table.topK(topK)
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    lines += answerLines
    lines.append(
      "Mean of the classes: precision \(Table.percent(macro.precision)), recall \(Table.percent(macro.recall)), F1 "
        + Table.percent(macro.f1))
    if let expectedCalibrationError, let logLoss {
      lines.append(
        "Calibration error \(Decimals.string(expectedCalibrationError, places: 3)), log loss "
          + Decimals.string(logLoss, places: 3))
    }
    if coverage.count > 1 {
      lines.append("\nCoverage against accuracy, by the least score of an answer")
      lines += coverage.map { point in
        "  \(Table.right(Table.percent(point.coverage), 7)) answered, \(Table.right(Table.percent(point.accuracy), 7)) of "
          + "them right, from \(Decimals.string(point.threshold, places: 3))"
      }
    }
    if let precision { lines.append(words(precision)) }
    lines += views?.lines ?? []
    lines += classLines
    if classes.count <= Self.widestTable { lines.append(contentsOf: confusionTable) }
    if !worst.isEmpty {
      lines.append("\nWorst mistakes")
      lines += worst.map {
        "  \($0.picture): \($0.label) \(Decimals.string(Double($0.score), places: 3)) taken for \($0.predicted)"
      }
    }
    return lines.joined(separator: "\n")
  }

  private var answerLines: [String] {
    guard answers.unknown > 0 || strangers > 0 else { return [] }
    var lines: [String] = []
    if pictures > 0 {
      let share = { (count: Int) in Table.percent(Double(count) / Double(pictures)) }
      lines.append(
        "Answers: \(share(answers.right)) right, \(share(answers.wrong)) wrong, \(share(answers.unknown)) unknown")
    }
    if strangers > 0 {
      lines.append(
        "\(Table.counted(strangers, "stranger", "strangers")): "
          + "\(Table.percent(Double(answers.strangersUnknown) / Double(strangers))) called unknown"
          + (strangerAUROC.map { ", AUROC \(Decimals.string($0, places: 3))" } ?? ""))
    }
    return lines
  }

  private func words(_ precision: Precision) -> String {
    let wanted = Table.percent(precision.wanted)
    guard let point = precision.answers else { return "\nNo least score gives a precision of \(wanted)" }
    return "\nPrecision \(wanted): from a score of \(Decimals.string(point.threshold, places: 3)), which "
      + "\(Table.percent(point.coverage)) of the pictures have; \(Table.percent(point.accuracy)) of these answers are right "
      + "(95 % interval \(point.interval.text))"
  }

  private var classLines: [String] {
    let widest = min(30, classes.map(\.label.count).max() ?? 0)
    let isUnknownShown = classes.contains { $0.unknown > 0 }
    var lines = [
      "\nPer class: recall, precision, F1, pictures\(isUnknownShown ? ", of them unknown" : ""), and other predictions"
    ]
    let percent = { (share: Double?) in Table.right(share.map(Table.percent) ?? "–", 8) }
    for row in classes {
      let others = row.predictions.filter { $0.id != row.id }.prefix(4)
      let confusions = others.map { "\($0.label) \($0.pictures)" }.joined(separator: ", ")
      lines.append(
        "  \(Table.left(row.label, widest)) \(percent(row.recall)) \(percent(row.precision)) \(percent(row.f1))  "
          + Table.right(String(row.pictures), 5)
          + (isUnknownShown ? Table.right(row.unknown == 0 ? "·" : String(row.unknown), 5) : "") + "  \(confusions)"
          + (row.threshold.map { "  from \(Decimals.string($0, places: 3))" } ?? ""))
    }
    return lines
  }

  // A table with more columns does not fit on a terminal.
  private static let widestTable = 24

  private var confusionTable: [String] {
    let asked = classes.filter { $0.pictures > 0 }
    let widest = min(20, classes.map(\.label.count).max() ?? 0)
    let digits = classes.map { String($0.id).count }.max() ?? 1
    let width = max(4, String(pictures).count + 1)
    let header =
      "  " + Table.left("", digits + 2 + widest) + asked.map { Table.right(String($0.id), width) }.joined()
      + Table.right("other", 7)
    let rows = asked.map { row in
      let counts = asked.map { column in row.predictions.first { $0.id == column.id }?.pictures ?? 0 }
      let other = row.pictures - counts.reduce(0, +)
      return "  " + Table.right(String(row.id), digits) + "  " + Table.left(row.label, widest)
        + counts.map { Table.right($0 == 0 ? "·" : String($0), width) }.joined()
        + Table.right(other == 0 ? "·" : String(other), 7)
    }
    return ["\nConfusion matrix: rows are the true classes, columns the best classes by their number", header] + rows
  }
}
