import Heads

/// What `compare` prints.
struct ComparisonReport: Encodable {
  struct Row: Encodable {
    let model: String
    let pictures: Int
    /// The balanced accuracy: of the best class, by leave-one-out for base models.
    let accuracy: Double
    let logLoss: Double?
    /// The mean accuracy in episodes.
    let episodes: Estimate?
    let millisecondsPerPicture: Double?
    let bytes: Int
  }

  /// The accuracy of a model minus that of another.
  struct Difference: Encodable {
    let model: String
    /// The model that is subtracted.
    let minus: String
    let accuracy: Double
    /// The 95 % interval of the difference.
    let interval: Interval
    /// Whether the interval excludes no difference.
    let isClear: Bool
    /// The numbers of pictures that only the one and only the other model gets right.
    let onlyThis, onlyMinus: Int
    /// The mean difference in episodes, draw by draw.
    let episodes: Estimate?
  }

  let kind: String
  let shots: Shots?
  let models: [Row]
  /// A row for each two models.
  let differences: [Difference]

  init(_ figures: [ModelFigures], kind: CompareCommand.Kind, names: [String], shots: Shots?) {
    self.kind = kind.rawValue
    self.shots = shots
    models = zip(names, figures).map { name, known in
      Row(
        model: name, pictures: known.evaluation.count, accuracy: known.accuracy, logLoss: known.evaluation.logLoss,
        episodes: Estimate(known.draws), millisecondsPerPicture: known.secondsPerPicture.map { 1000 * $0 },
        bytes: known.bytes)
    }
    var differences: [Difference] = []
    for first in figures.indices {
      for other in figures.indices where other > first {
        guard let compared = figures[first].comparison(with: figures[other]) else { continue }
        differences.append(
          Difference(
            model: names[other], minus: names[first], accuracy: compared.difference,
            interval: Interval(compared.interval), isClear: compared.isClear, onlyThis: compared.onlyOther,
            onlyMinus: compared.onlyFirst,
            episodes: Estimate(zip(figures[other].draws, figures[first].draws).map { $0 - $1 })))
      }
    }
    self.differences = differences
  }

  var text: String {
    let pictures = models.map(\.pictures).max() ?? 0
    var lines = [
      "Balanced accuracy on \(Table.counted(pictures, "picture", "pictures"))"
        + (kind == CompareCommand.Kind.bases.rawValue ? ", by leave-one-out" : "")
        + (shots.map { "; in episodes with \($0) per class" } ?? "")
    ]
    let width = min(50, models.map(\.model.count).max() ?? 0)
    lines += models.map { row in
      "  \(Table.left(row.model, width))  \(Table.right(Table.percent(row.accuracy), 7))"
        + (row.episodes.map { "  episodes \(Self.percent($0))" } ?? "")
        + (row.logLoss.map { "  log loss \(Decimals.string($0, places: 3))" } ?? "")
        + (row.millisecondsPerPicture.map { "  \(Decimals.string($0, places: 1)) ms a picture" } ?? "")
        + "  \(Table.megabytes(row.bytes))"
    }
    guard let first = models.first?.model else { return lines.joined(separator: "\n") }
    lines.append("\nMinus \(first), on the same pictures, with 95 % intervals, in percentage points")
    lines += differences.filter { $0.minus == first }.map { row in
      "  \(Table.left(row.model, width))  \(Self.signed(row.accuracy)) (\(Self.signed(row.interval.lower)) to "
        + "\(Self.signed(row.interval.upper)))\(row.isClear ? "" : ", no clear difference"); "
        + "only it right \(row.onlyThis), only the other \(row.onlyMinus)"
        + (row.episodes.map {
          "; in episodes \(Self.signed($0.mean)) ± \(Decimals.string(100 * ($0.margin ?? 0), places: 1))"
        }
          ?? "")
    }
    return lines.joined(separator: "\n")
  }

  private static func signed(_ share: Double) -> String {
    (share < 0 ? "" : "+") + Decimals.string(100 * share, places: 1)
  }

  private static func percent(_ share: Estimate) -> String {
    Table.percent(share.mean) + (share.margin.map { " ± \(Decimals.string(100 * $0, places: 1))" } ?? "")
  }
}
