import Heads
import Imprinting
import Pictures

/// What test-time augmentation is worth: a classifier's accuracy over one, five and thirteen views of each picture.
struct ViewsComparison: Encodable {
  struct Row: Encodable {
    let views: Int
    let balancedAccuracy: Double
    /// The accuracy minus that of one view, on the same pictures, and its 95 % interval; nil for one view.
    let change: Double?
    let interval: Interval?
    let millisecondsPerPicture: Double
  }

  let rows: [Row]

  /// Classifies the pictures in one, five and thirteen views.
  ///
  /// - Parameters:
  ///   - classifier: Opens the classifier for a number of views.
  ///   - progress: Called with the number of pictures done, of all rows.
  /// - Throws: The errors of `Classifier.evaluate`.
  init(
    _ pictures: [LabelledPictures.Class], classifier: (Augmentation) throws -> Classifier,
    progress: @Sendable (Int) -> Void
  ) async throws {
    let clock = ContinuousClock()
    let count = pictures.reduce(0) { $0 + $1.pictures.count }
    var rows: [Row] = []
    var single: Evaluation?
    for (place, views) in Augmentation.allCases.enumerated() {
      let opened = try classifier(views)
      let start = clock.now
      let evaluation = try await opened.evaluate(pictures, progress: { progress(place * count + $0) })
      let seconds = (clock.now - start) / .seconds(1)
      let compared = single?.comparison(with: evaluation)
      if single == nil { single = evaluation }
      rows.append(
        Row(
          views: views.count, balancedAccuracy: evaluation.balancedAccuracy, change: compared?.difference,
          interval: compared.map { Interval($0.interval) },
          millisecondsPerPicture: 1000 * seconds / Double(max(1, count))))
    }
    self.rows = rows
  }

  var lines: [String] {
    ["\nViews of each picture: balanced accuracy, its change with the 95 % interval, and the time of a picture"]
      + rows.map { row in
        let change = row.change.map { ($0 < 0 ? "" : "+") + Decimals.string(100 * $0, places: 1) } ?? ""
        let interval = row.interval.map { " (\($0.text))" } ?? ""
        return "  \(Table.right(String(row.views), 2))  \(Table.right(Table.percent(row.balancedAccuracy), 7))  "
          + "\(Table.left(change + interval, 22))  \(Decimals.string(row.millisecondsPerPicture, places: 1)) ms"
      }
  }
}
