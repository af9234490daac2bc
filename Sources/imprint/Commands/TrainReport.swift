import Imprinting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `train` prints.
struct TrainReport: Encodable {
  let classes: [Lesson.TaughtClass]
  /// Classes that the model had before and that were not trained further.
  let keptClasses: Int
  let pictures: Int
  let heldBack: Int
  let skipped: Int
  /// Accuracy on the pictures held back, among the first one to five classes.
  let topK: [Double]
  let seconds: Double
  let picturesPerSecond: Double
  let model: String
  let labels: String

  init(
    lesson: Lesson, evaluation: Evaluation?, skipped: Int, seconds: Double, output: URL, labelFile: URL, kept: Int
  ) {
    classes = lesson.classes
    keptClasses = kept
    pictures = lesson.pictures
    heldBack = evaluation?.count ?? 0
    self.skipped = skipped
    topK = evaluation.map { evaluation in (1...5).map { evaluation.accuracy(top: $0) } } ?? []
    self.seconds = seconds
    picturesPerSecond = seconds > 0 ? Double(lesson.pictures + (evaluation?.count ?? 0)) / seconds : 0
    model = output.relativePath
    labels = labelFile.relativePath
  }

  var text: String {
    var lines = [
      "Learnt \(counted(classes.count, "class", "classes")) from \(counted(pictures, "picture", "pictures"))"
    ]
    if keptClasses > 0 { lines[0] += ", beside \(keptClasses) kept" }
    let width = classes.map { String($0.id).count }.max() ?? 1
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    lines += classes.map {
      "  \(Table.right(String($0.id), width))  \(Table.left($0.label, widest))  \($0.pictures)\($0.isContinued ? " more" : "")"
    }
    if !topK.isEmpty {
      lines.append("On the \(counted(heldBack, "picture", "pictures")) held back, the right class is")
      lines += Table.topK(topK.prefix(classes.count + keptClasses))
    }
    if skipped > 0 { lines.append("\(counted(skipped, "picture", "pictures")) could not be read") }
    lines.append(
      "\(Decimals.string(picturesPerSecond, places: 0)) pictures a second, \(Decimals.string(seconds, places: 1)) s in all"
    )
    lines.append("Model   \(model)")
    lines.append("Labels  \(labels)")
    return lines.joined(separator: "\n")
  }

  private func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
}
