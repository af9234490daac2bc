import Heads
import Imprinting
import ModelSurgery

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `train` prints.
struct TrainReport: Encodable {
  /// The accuracy on new pictures, estimated from the training pictures by leave-one-out.
  struct Estimate: Encodable {
    /// The number of classes with embeddings. Kept classes of a base model have none.
    let classes: Int
    let accuracy: Double
    /// The 95 % interval of the accuracy.
    let interval: Interval
    let pictures: Int
    /// The names of classes with one picture, which cannot be left out.
    let singles: [String]
    let confusions: [LeaveOneOut.Confusion]
    let suspects: [LeaveOneOut.Suspect]
  }

  /// The accuracy of a cross-validation in folds.
  struct Folds: Encodable {
    let accuracy: Double
    /// The 95 % interval of the accuracy.
    let interval: Interval
    let pictures: Int
    /// The names of classes whose pictures all show the same.
    let singles: [String]
  }

  /// How often pictures of the taught classes are called unknown.
  struct Unknown: Encodable {
    let rate: Double
    /// The 95 % interval of the rate.
    let interval: Interval
    /// The classes with one or two pictures, whose pictures are never called unknown.
    let never: [String]
  }

  /// The files that were written.
  struct Files {
    let model, labels: URL
    let embeddings: URL?
    var report: URL?
  }

  let classes: [Lesson.TaughtClass]
  /// Classes that the model had before and that were not trained further.
  let keptClasses: Int
  let pictures: Int
  let leaveOneOut: Estimate?
  let folds: Folds?
  /// The leave-one-out accuracy of the new pictures among all classes, where imprinted classes stand beside those of a base.
  let besideKept: Double?
  /// How often pictures of the taught classes are called unknown; nil where no picture is.
  let unknown: Unknown?
  let heldBack: Int
  let skipped: Int
  /// The number of pictures that are copies of others of their class, and do not count.
  let copies: Int
  /// The number of pictures whose embeddings were cached.
  let reused: Int
  /// Top-1 to top-5 accuracy on the pictures held back.
  let topK: [Double]
  let seconds: Double
  let picturesPerSecond: Double
  let model: String
  let labels: String
  let embeddings: String?
  /// The page that --report names.
  let report: String?
  let profile: ProfileReport?

  init(
    lesson: Lesson, estimate: LeaveOneOut?, folded: LeaveOneOut?, besideKept: Double?, unknown: UnknownRule?,
    labels: Labels, evaluation: Evaluation?,
    skipped: Int, suspects: SuspectCount? = nil, seconds: Double, files: Files, classes count: Int,
    profile: ProfileReport?
  ) {
    self.profile = profile
    classes = lesson.classes
    keptClasses = count - lesson.classes.count
    pictures = lesson.pictures
    // With a single class, every answer is right.
    leaveOneOut = estimate.flatMap { $0.classes.count > 1 ? $0 : nil }.map { estimate in
      Estimate(
        classes: estimate.classes.count, accuracy: estimate.accuracy, interval: Interval(estimate.interval),
        pictures: estimate.predictions.count, singles: estimate.singles,
        confusions: Array(estimate.confusions.prefix(Self.mostConfusions)),
        suspects: Array(estimate.mislabelled.prefix(suspects?.most ?? Self.mostSuspects)))
    }
    folds = folded.map {
      Folds(
        accuracy: $0.accuracy, interval: Interval($0.interval), pictures: $0.predictions.count, singles: $0.singles)
    }
    self.besideKept = besideKept
    self.unknown = unknown.map { rule in
      Unknown(
        rate: rule.rate, interval: Interval(rule.interval), never: rule.smallClasses.map { labels[$0] })
    }
    heldBack = evaluation?.count ?? 0
    self.skipped = skipped
    copies = lesson.copies
    reused = lesson.cacheUse?.reused ?? 0
    topK = evaluation.map { evaluation in (1...5).map { evaluation.accuracy(top: $0) } } ?? []
    self.seconds = seconds
    picturesPerSecond = seconds > 0 ? Double(lesson.pictures + (evaluation?.count ?? 0)) / seconds : 0
    model = files.model.relativePath
    self.labels = files.labels.relativePath
    embeddings = files.embeddings?.relativePath
    report = files.report?.relativePath
  }

  private static let mostConfusions = 5
  private static let mostSuspects = 10

  var text: String {
    var lines = [
      """
      Learnt \(Table.counted(classes.count, "class", "classes")) from \
      \(Table.counted(pictures, "picture", "pictures"))\(keptClasses > 0 ? ", beside \(keptClasses) kept" : "")
      """
    ]
    let width = classes.map { String($0.id).count }.max() ?? 1
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    lines += classes.map {
      "  \(Table.right(String($0.id), width))  \(Table.left($0.label, widest))  \($0.pictures)\($0.isContinued ? " more" : "")"
    }
    lines += estimateLines
    if let folds {
      lines.append("Accuracy in folds \(Table.percent(folds.accuracy)) (95 % interval \(folds.interval.text))")
    }
    lines += unknownLines
    if !topK.isEmpty {
      lines.append("Accuracy on the \(Table.counted(heldBack, "picture", "pictures")) held back")
      lines += Table.topK(topK.prefix(classes.count + keptClasses))
    }
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    if copies > 0 { lines.append(Table.copies(copies)) }
    if reused > 0 { lines.append("\(Table.counted(reused, "embedding", "embeddings")) came from the cache") }
    lines.append(
      "\(Decimals.string(picturesPerSecond, places: 0)) pictures per second, \(Decimals.string(seconds, places: 1)) s in all"
    )
    lines.append("Model       \(model)")
    lines.append("Labels      \(labels)")
    if let embeddings { lines.append("Embeddings  \(embeddings)") }
    if let report { lines.append("Report      \(report)") }
    return lines.joined(separator: "\n")
  }

  private var unknownLines: [String] {
    if let besideKept {
      return [
        """
        Beside the kept classes, \(Table.percent(besideKept)) of the new pictures get their class (leave-one-out). The kept \
        classes lose a little: --head analytic keeps more of both
        """
      ]
    }
    guard let unknown else { return [] }
    var lines = [
      """
      New pictures of these classes called unknown: \(Table.percent(unknown.rate)) (95 % interval \(unknown.interval.text))
      """
    ]
    if !unknown.never.isEmpty {
      lines.append(
        "  none of \(unknown.never.prefix(8).joined(separator: ", "))\(unknown.never.count > 8 ? ", …" : ""), with fewer than "
          + "\(NoveltyScore.leastPictures) pictures each")
    }
    return lines
  }

  private var estimateLines: [String] {
    guard let estimate = leaveOneOut else {
      guard topK.isEmpty else { return [] }
      if classes.count == 1, keptClasses == 0, unknown != nil {
        return ["One class was taught: every picture is of this class or unknown"]
      }
      return [
        """
        Accuracy unknown: leave-one-out needs two classes with two or more pictures each that do not show the same, stored \
        embeddings and a --head that supports it; or hold pictures back with --test-ratio
        """
      ]
    }
    var lines = [
      """
      Leave-one-out accuracy \(Table.percent(estimate.accuracy)) (95 % interval \(estimate.interval.text))\
      \(estimate.classes < classes.count + keptClasses ? " among the \(estimate.classes) classes with embeddings" : "")
      """
    ]
    if !estimate.singles.isEmpty {
      lines.append(
        "  without \(estimate.singles.prefix(8).joined(separator: ", "))\(estimate.singles.count > 8 ? ", …" : ""), with one picture each"
      )
    }
    if !estimate.confusions.isEmpty {
      lines.append("Expected confusions:")
      lines += estimate.confusions.map { "  \($0.label) taken for \($0.takenFor): \($0.count)" }
    }
    if !estimate.suspects.isEmpty {
      lines.append("Labels that look wrong, worst first:")
      lines += estimate.suspects.map { "  \($0.picture): \($0.label), looks like \($0.looksLike)" }
    }
    return lines
  }
}

/// A 95 % interval of a proportion.
struct Interval: Encodable {
  let lower, upper: Double

  init(_ interval: ClosedRange<Double>) { (lower, upper) = (interval.lowerBound, interval.upperBound) }

  init(_ lower: Double, _ upper: Double) { (self.lower, self.upper) = (lower, upper) }

  /// The bounds in percent, as in `95.7–97.7`.
  var text: String { "\(Decimals.string(100 * lower, places: 1))–\(Decimals.string(100 * upper, places: 1))" }
}
