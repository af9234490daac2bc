import Heads
import Imprinting
import Inference

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `train` prints.
struct TrainReport: Encodable {
  /// How well the classifier is expected to do, from the training pictures alone.
  struct Estimate: Encodable {
    /// Among so many classes: those that were seen. Kept ones of which no picture was seen take no part.
    let classes: Int
    let accuracy: Double
    let standardError: Double
    let pictures: Int
    /// Names of classes with one picture, of which nothing is known.
    let singles: [String]
    let confusions: [LeaveOneOut.Confusion]
    let suspects: [LeaveOneOut.Suspect]
  }

  /// The files that were written.
  struct Files {
    let model, labels: URL
    let seen: URL?
  }

  let classes: [Lesson.TaughtClass]
  /// Classes that there were before and that were not trained further.
  let keptClasses: Int
  let pictures: Int
  let estimate: Estimate?
  let heldBack: Int
  let skipped: Int
  /// Accuracy on the pictures held back, among the first one to five classes.
  let topK: [Double]
  let seconds: Double
  let picturesPerSecond: Double
  let model: String
  let labels: String
  let seen: String?
  let profile: ProfileReport?

  init(
    lesson: Lesson, estimate: LeaveOneOut?, evaluation: Evaluation?, skipped: Int, seconds: Double, files: Files,
    classes count: Int, profile: ProfileReport?
  ) {
    self.profile = profile
    classes = lesson.classes
    keptClasses = count - lesson.classes.count
    pictures = lesson.pictures
    // One class alone is always named right.
    self.estimate = estimate.flatMap { $0.classes.count > 1 ? $0 : nil }.map { estimate in
      Estimate(
        classes: estimate.classes.count, accuracy: estimate.accuracy, standardError: estimate.standardError,
        pictures: estimate.answers.count, singles: estimate.singles,
        confusions: Array(estimate.confusions.prefix(Self.mostConfusions)),
        suspects: Array(estimate.mislabelled.prefix(Self.mostSuspects)))
    }
    heldBack = evaluation?.count ?? 0
    self.skipped = skipped
    topK = evaluation.map { evaluation in (1...5).map { evaluation.accuracy(top: $0) } } ?? []
    self.seconds = seconds
    picturesPerSecond = seconds > 0 ? Double(lesson.pictures + (evaluation?.count ?? 0)) / seconds : 0
    model = files.model.relativePath
    labels = files.labels.relativePath
    seen = files.seen?.relativePath
  }

  private static let mostConfusions = 5
  private static let mostSuspects = 10

  var text: String {
    var lines = [
      "Learnt \(Table.counted(classes.count, "class", "classes")) from \(Table.counted(pictures, "picture", "pictures"))"
    ]
    if keptClasses > 0 { lines[0] += ", beside \(keptClasses) kept" }
    let width = classes.map { String($0.id).count }.max() ?? 1
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    lines += classes.map {
      "  \(Table.right(String($0.id), width))  \(Table.left($0.label, widest))  \($0.pictures)\($0.isContinued ? " more" : "")"
    }
    lines += estimateLines
    if !topK.isEmpty {
      lines.append("On the \(Table.counted(heldBack, "picture", "pictures")) held back, the right class is")
      lines += Table.topK(topK.prefix(classes.count + keptClasses))
    }
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    lines.append(
      "\(Decimals.string(picturesPerSecond, places: 0)) pictures a second, \(Decimals.string(seconds, places: 1)) s in all"
    )
    lines.append("Model   \(model)")
    lines.append("Labels  \(labels)")
    if let seen { lines.append("Seen    \(seen)") }
    return lines.joined(separator: "\n")
  }

  private var estimateLines: [String] {
    guard let estimate else {
      guard topK.isEmpty else { return [] }
      return [
        """
        How well it does is not known: it takes two classes, with two or more pictures, whose embeddings are kept, and a --head \
        that tells without held-back pictures; hold some back with --test-ratio
        """
      ]
    }
    var lines = [
      """
      Each picture left out in its turn, \(Table.percent(estimate.accuracy)) ± \
      \(Decimals.string(100 * estimate.standardError, places: 1)) are named right\
      \(estimate.classes < classes.count + keptClasses ? " among the \(estimate.classes) classes that were seen" : "")
      """
    ]
    if !estimate.singles.isEmpty {
      lines.append(
        "  not counted: \(estimate.singles.prefix(8).joined(separator: ", "))\(estimate.singles.count > 8 ? ", …" : ""), with one picture each"
      )
    }
    if !estimate.confusions.isEmpty {
      lines.append("To expect, as taken for one another:")
      lines += estimate.confusions.map { "  \($0.label) for \($0.takenFor): \($0.count)" }
    }
    if !estimate.suspects.isEmpty {
      lines.append("Labels that look wrong, worst first:")
      lines += estimate.suspects.map { "  \($0.picture): \($0.label), looks like \($0.looksLike)" }
    }
    return lines
  }
}
