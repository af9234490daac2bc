import Heads

/// What `evaluate --episodes` prints.
struct EpisodesReport: Encodable {
  struct Row: Encodable {
    let method: String
    let shots: Shots
    let accuracy: Estimate
    let accuracies: [Double]
    let leaveOneOut: Estimate?
    let leaveOneOutMinusAccuracy: Estimate?
    let expectedCalibrationError: Double
    let reliability: [Reliability.Bin]
    let confusion: ConfusionMatrix
    let mistakes: [EpisodeResults.Mistake]
  }

  let model: String
  let data: String
  let resize: String
  let views: Int
  let episodes: Int
  let heldBack: Episodes.HeldBack
  let testRatio: Double
  let seed: UInt64
  let pictures: Int
  let skipped: Int
  /// The number of embeddings that were read from the cache.
  let reused: Int
  let classes: [String]
  let singles: [String]
  let short: [EpisodeResults.ShortClass]
  let rows: [Row]
  let suspects: [LeaveOneOut.Suspect]

  init(
    _ results: EpisodeResults, model: String, data: String, space: EmbeddingSpace, skipped: Int, reused: Int,
    suspects: [LeaveOneOut.Suspect], worst: Int
  ) {
    self.model = model
    self.data = data
    resize = space.resize
    views = space.augmentation.count
    episodes = results.episodes.count
    heldBack = results.episodes.heldBack
    testRatio = results.episodes.testRatio
    seed = results.episodes.seed
    pictures = results.pictures
    self.skipped = skipped
    self.reused = reused
    classes = results.classes
    singles = results.singles
    short = results.short
    rows = results.rows.map { row in
      Row(
        method: row.method, shots: row.shots, accuracy: row.accuracy, accuracies: row.accuracies,
        leaveOneOut: row.leaveOneOut, leaveOneOutMinusAccuracy: row.leaveOneOutGap,
        expectedCalibrationError: row.reliability.expectedCalibrationError, reliability: row.reliability.bins,
        confusion: row.confusion, mistakes: Array(row.mistakes.prefix(worst)))
    }
    self.suspects = suspects
  }

  var text: String {
    var lines = [
      """
      Accuracy on the pictures held back, averaged over classes: mean of \
      \(Table.counted(episodes, "episode", "episodes")) with its 95 % interval (Student's t over the episodes)
      """,
      "\(pictures) pictures of \(classes.count) classes, \(Table.percent(testRatio)) held back",
    ]
    lines += table { $0.accuracy.description }
    if rows.contains(where: { $0.leaveOneOutMinusAccuracy != nil }) {
      lines.append("\nLeave-one-out accuracy minus that accuracy")
      lines += table { row in
        row.leaveOneOutMinusAccuracy.map { ($0.mean < 0 ? "" : "+") + $0.description } ?? "·"
      }
    }
    lines.append("\nExpected calibration error")
    lines += table { Decimals.string($0.expectedCalibrationError, places: 3) }
    let mistakes = rows.max { $0.accuracy.mean < $1.accuracy.mean }?.mistakes ?? []
    if !mistakes.isEmpty {
      lines.append("\nWorst mistakes of the best row")
      lines += mistakes.map {
        "  \($0.picture): \($0.label) taken for \($0.takenFor), wrong in \($0.wrong) of \($0.asked) episodes"
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Returns a table with a row per method and a column per number of shots.
  private func table(_ cell: (Row) -> String) -> [String] {
    var methods: [String] = []
    var columns: [Shots] = []
    for row in rows {
      if !methods.contains(row.method) { methods.append(row.method) }
      if !columns.contains(row.shots) { columns.append(row.shots) }
    }
    let head = "pictures per class"
    let names = max(head.count, methods.map(\.count).max() ?? 0)
    let width = (rows.map { cell($0).count } + columns.map { "\($0)".count }).max() ?? 0
    let lines = methods.map { method in
      let cells = columns.map { shots in
        rows.first { $0.method == method && $0.shots == shots }.map(cell) ?? ""
      }
      return "  " + Table.left(method, names) + cells.map { "  " + Table.right($0, width) }.joined()
    }
    return ["  " + Table.left(head, names) + columns.map { "  " + Table.right("\($0)", width) }.joined()] + lines
  }
}
