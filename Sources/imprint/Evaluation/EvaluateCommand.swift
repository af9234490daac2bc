import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import Reports

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "See how well a classifier does on labelled pictures, or how well a base model learns from few.",
    discussion: """
      Without --episodes the model is a classifier, and is asked about all pictures; the names of the class folders \
      must be among its labels.

      With --episodes the model is a base model. Every episode holds back some pictures of each class, learns the \
      classes from a few of the others, and is asked about those held back. All methods get the same draws. Each \
      picture is seen once, and its embedding is kept for the next run in $XDG_CACHE_HOME/imprint, else \
      ~/.cache/imprint (~/Library/Caches/imprint on macOS).

      EXAMPLES
        imprint evaluate --model flowers.tflite --data more-flowers --report flowers.html
        imprint evaluate --model base.tflite --data flowers --episodes 50 --shots 1,5,all --report base.html
      """)

  @Option(
    help: """
      The classifier: any image classification model with one output. With --episodes, the base model. \
      (default with --episodes: the one that 'imprint model fetch' made)
      """)
  var model: String?

  @Option(help: "The pictures: a folder of class folders, or a list of 'path,label' lines.")
  var data: String

  @Option(help: "How pictures are brought to the model's size: \(Resize.words). (default: as in training, else crop)")
  var resize: Resize?

  @Option(help: "How many of the worst mistakes to list. (default: 10, with --episodes none)")
  var worst: Int?

  @Option(help: "Where to write what was found as one HTML page, with drawings and the pictures that were mistaken.")
  var report: String?

  @OptionGroup(title: "Few-shot episodes of a base model") var few: EpisodeOptions

  @OptionGroup var profiling: ProfileOptions
  @OptionGroup var run: RunOptions

  func validate() throws {
    if let worst, worst < 0 { throw ValidationError("--worst is \(worst); it takes a number from 0") }
    if few.episodes == nil, model == nil {
      throw ValidationError(
        "--model is missing: name the classifier to evaluate, or evaluate a base model with --episodes")
    }
    if few.episodes != nil, run.labelFile != nil {
      throw ValidationError(
        "--labels names a classifier's classes: with --episodes the names are those of the class folders")
    }
    if few.episodes != nil, profiling.profile {
      throw ValidationError("--profile tells of a classifier's time: it does not go with --episodes")
    }
  }

  func run() async throws {
    let model = try DefaultModel.url(orGiven: model.map { URL(filePath: $0) })
    let report = report.map { URL(filePath: $0) }
    if let report { try checkReport(report, model) }
    try await Interruption.guarding(or: "Stopped.") {
      if let episodes = few.wanted {
        try await evaluate(model, episodes, report)
      } else {
        try await evaluate(model, report)
      }
    }
  }

  private func evaluate(_ model: URL, _ report: URL?) async throws {
    let profile = profiling.begin()
    let pictures = try LabelledPictures(URL(filePath: data))
    let classifier = try profile.measure(.opening) {
      try run.classifier(model.relativePath, resize: resize, unknown: .never)
    }
    let progress = Progress(total: pictures.count)
    defer { progress.finish() }
    var skipped: [PictureError] = []
    let evaluation = try await classifier.evaluate(
      pictures.classes, strict: run.strict, profile: profile, progress: { progress.update($0) },
      skipped: { skipped.append($0) })
    let figures = profile?.figures
    progress.finish()
    for name in pictures.emptyClasses { Terminal.warn("the folder \(name) holds no picture and is left out") }
    for error in skipped { Terminal.warn("\(error)") }
    guard evaluation.count > 0 else { throw ImprintingError.noPictures }
    if let report {
      let page = try await ReportPage(
        evaluation, title: "\(model.lastPathComponent) on \(URL(filePath: data).lastPathComponent)",
        facts: [.init("Resized by", "\(classifier.resize)"), .init("Unreadable", "\(skipped.count)")],
        resize: classifier.resize)
      try page.write(to: report)
    }
    let words = EvaluationReport(
      evaluation, skipped: skipped.count, worst: worst ?? 10, profile: figures.map { ProfileReport($0) })
    try Terminal.print(run.json ? Terminal.json(words) : words.text)
    if !run.json { Terminal.show(words.profile) }
  }

  private func evaluate(_ model: URL, _ episodes: Episodes, _ report: URL?) async throws {
    let outcome = try await EpisodeRun(
      episodes: episodes, options: few, model: model, data: data, resize: resize, run: run
    ).outcome()
    if let report {
      let page = try await ReportPage(
        outcome.results, suspects: outcome.suspects,
        title: "\(model.lastPathComponent) on \(URL(filePath: data).lastPathComponent)",
        facts: [
          .init("Resized by", outcome.space.resize), .init("Augmentation learnt from", "\(outcome.space.views.count)"),
          .init("Unreadable", "\(outcome.skipped)"),
        ], resize: outcome.resize)
      try page.write(to: report)
    }
    let words = EpisodesReport(
      outcome.results, model: model.relativePath, data: data, space: outcome.space, skipped: outcome.skipped,
      reused: outcome.reused,
      suspects: outcome.suspects, worst: worst ?? 0)
    try Terminal.print(run.json ? Terminal.json(words) : words.text)
  }

  /// Checks before the work that the page can be written, and that it takes the place of nothing that is read.
  private func checkReport(_ report: URL, _ model: URL) throws {
    try OutputFile.check(report, notReplacing: [model, URL(filePath: data)])
  }
}

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
