import ArgumentParser
import Heads
import Imprinting
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
    abstract: "Measure accuracy on labelled pictures, or compare few-shot methods on a base model.",
    discussion: """
      Without --episodes, the model is a classifier, and the class folders must have the names of its classes.

      With --episodes, the model is a base model. Each episode holds back some pictures of every class, trains on a few \
      of the other pictures, and measures the accuracy on those held back. All methods use the same draws. Embeddings are cached \
      for the next run in $XDG_CACHE_HOME/imprint, by default ~/.cache/imprint (~/Library/Caches/imprint on macOS).

      EXAMPLES
        imprint evaluate --model flowers.tflite --data more --report report.html
        imprint evaluate --data flowers --episodes 50 --shots 1,5,all
      """)

  /// The options of both kinds of evaluation.
  struct Settings: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        """
        Classifier, or base model with --episodes. (default with --episodes: the model of 'imprint model fetch')
        """, valueName: "file"))
    var model: String?

    @Option(
      help: ArgumentHelp(
        "Pictures: a folder with one subfolder per class, or a list of 'path,label' lines.", valueName: "path"))
    var data: String

    @OptionGroup var labels: LabelFileOption

    @Option(
      help: ArgumentHelp(
        "How to fit a picture to the model's input: \(Resize.values). (default: as in training, else crop)",
        valueName: "mode"))
    var resize: Resize?

    @Option(
      help: ArgumentHelp("Number of worst mistakes to list. (default: 10, or 0 with --episodes)", valueName: "n"))
    var worst: Int?

    @Option(
      help: ArgumentHelp(
        "Write an HTML report with charts and the misclassified pictures.", valueName: "file"))
    var report: String?
  }

  @OptionGroup(title: "Evaluation") var settings: Settings
  @OptionGroup(title: "Few-shot episodes of a base model") var few: EpisodeOptions
  @OptionGroup var caching: CacheOptions
  @OptionGroup var run: RunOptions

  func validate() throws {
    if let worst = settings.worst, worst < 0 {
      throw ValidationError("--worst is \(worst); it takes a number from 0")
    }
    if few.episodes == nil, settings.model == nil {
      throw ValidationError("--model is missing: name a classifier, or evaluate a base model with --episodes")
    }
    if few.episodes != nil, settings.labels.file != nil {
      throw ValidationError("--labels names a classifier's classes: it excludes --episodes")
    }
    if few.episodes != nil, run.speed.profile {
      throw ValidationError("--profile is for classifiers: it excludes --episodes")
    }
  }

  func run() async throws {
    let model = try DefaultModel.url(orGiven: settings.model.map { URL(filePath: $0) })
    let report = settings.report.map { URL(filePath: $0) }
    if let report { try OutputFile.check(report, notReplacing: [model, URL(filePath: settings.data)]) }
    try await Interruption.guarding(or: "Stopped.") {
      if let episodes = few.requested {
        try await evaluate(model, episodes, report)
      } else {
        try await evaluate(model, report)
      }
    }
  }

  private func evaluate(_ model: URL, _ report: URL?) async throws {
    let profile = run.speed.startProfile()
    let pictures = try Terminal.labelledPictures(at: settings.data, strict: run.strict)
    try OutputFile.check([report].compactMap { $0 }, notReplacing: pictures.classes.flatMap(\.pictures))
    let classifier = try profile.measure(.opening) {
      try LocatedError.naming(model) {
        try Classifier(
          contentsOf: model, labels: settings.labels.read(), resize: settings.resize, unknown: .never,
          execution: run.execution())
      }
    }
    if let note = classifier.labelsNote { Terminal.warn(note) }
    let progress = Progress(total: pictures.count)
    defer { progress.finish() }
    let skipped = SkippedPictures()
    let evaluation = try await classifier.evaluate(
      pictures.classes, strict: run.strict, cache: caching.cache, profile: profile, progress: { progress.update($0) },
      skipped: { skipped.add($0) })
    let figures = profile?.figures
    progress.finish()
    Terminal.warnOfEmptyClasses(pictures)
    skipped.warn()
    guard evaluation.count > 0 else { throw ImprintingError.noneReadable(skipped.all) }
    if let doubt = try await NormalizationDoubt(
      of: classifier, model: model, pictures: pictures.classes, execution: run.execution())
    {
      Terminal.warn(doubt.text)
    }
    if let report {
      let page = try await ReportPage(
        evaluation, title: "\(model.lastPathComponent) on \(URL(filePath: settings.data).lastPathComponent)",
        facts: [.init("Resize", "\(classifier.resize)"), .init("Unreadable pictures", "\(skipped.count)")],
        resize: classifier.resize)
      try page.write(to: report)
    }
    let words = EvaluationReport(
      evaluation, skipped: skipped.count, worst: settings.worst ?? 10, profile: figures.map { ProfileReport($0) })
    try Terminal.print(run.json ? Terminal.json(words) : words.text)
    if !run.json { Terminal.show(words.profile) }
  }

  private func evaluate(_ model: URL, _ episodes: Episodes, _ report: URL?) async throws {
    if let report {
      let pictures = try LabelledPictures(URL(filePath: settings.data)).classes.flatMap(\.pictures)
      try OutputFile.check([report], notReplacing: pictures)
    }
    let outcome = try await EpisodeRun(
      episodes: episodes, options: few, model: model, data: settings.data, resize: settings.resize,
      cache: caching.cache, run: run
    ).outcome()
    if let report {
      let page = try await ReportPage(
        outcome.results, suspects: outcome.suspects,
        title: "\(model.lastPathComponent) on \(URL(filePath: settings.data).lastPathComponent)",
        facts: [
          .init("Resize", outcome.space.resize),
          .init("Views per training picture", "\(outcome.space.augmentation.count)"),
          .init("Unreadable pictures", "\(outcome.skipped)"),
        ], resize: outcome.resize)
      try page.write(to: report)
    }
    let words = EpisodesReport(
      outcome.results, model: model.relativePath, data: settings.data, space: outcome.space, skipped: outcome.skipped,
      reused: outcome.reused,
      suspects: outcome.suspects, worst: settings.worst ?? 0)
    try Terminal.print(run.json ? Terminal.json(words) : words.text)
  }
}

/// What `evaluate` prints.
struct EvaluationReport: Encodable {
  struct ClassRow: Encodable {
    let id: Int
    let label: String
    let pictures: Int
    let recall: Double
    /// The predicted classes, most frequent first.
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
    var lines = ["Accuracy on \(Table.counted(pictures, "picture", "pictures"))"]
    lines += Table.topK(topK)
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    let widest = min(30, classes.map(\.label.count).max() ?? 0)
    lines.append("\nPer class: recall, pictures, and other predictions")
    for row in classes {
      let others = row.predictions.filter { $0.id != row.id }.prefix(4)
      let confusions = others.map { "\($0.label) \($0.pictures)" }.joined(separator: ", ")
      lines.append(
        "  \(Table.left(row.label, widest))  \(Table.right(Table.percent(row.recall), 7))  "
          + "\(Table.right(String(row.pictures), 5))  \(confusions)")
    }
    if classes.count <= Self.widestTable { lines.append(contentsOf: confusionTable) }
    if !worst.isEmpty {
      lines.append("\nWorst mistakes")
      lines += worst.map {
        "  \($0.picture): \($0.label) \(Decimals.string(Double($0.score), places: 3)) taken for \($0.predicted)"
      }
    }
    return lines.joined(separator: "\n")
  }

  // A table with more columns does not fit on a terminal.
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
    return ["\nConfusion matrix: rows are the true classes, columns the predictions by class number", header] + rows
  }
}
