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
      Without --episodes, the model is a classifier, and the class folders must have the names of its classes. A folder \
      'unknown' holds strangers, which the classifier should call unknown.

      With --episodes, the model is a base model. Each episode holds back some pictures of every class, trains on a few \
      of the other pictures, and measures the accuracy on those held back. All methods use the same draws. Embeddings are cached \
      for the next run in $XDG_CACHE_HOME/imprint, by default ~/.cache/imprint (~/Library/Caches/imprint on macOS).

      EXAMPLES
        imprint evaluate --model flowers.tflite --data more --report report.html
        imprint evaluate --model flowers.tflite --data more --precision 0.99 --predictions all.csv
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

    @Option(
      help: ArgumentHelp(
        "Write the predictions of every picture, as CSV, or as lines of JSON into a file that ends in .jsonl.",
        valueName: "file"))
    var predictions: String?

    @Option(
      help: ArgumentHelp(
        "Print the least score from which on this share of the answers is right, in all and of each class.",
        valueName: "fraction"))
    var precision: Double?

    @Flag(help: "Print what classifying in five and thirteen views would gain, and cost.")
    var views = false
  }

  @OptionGroup(title: "Evaluation") var settings: Settings
  @OptionGroup(title: "Few-shot episodes of a base model") var few: EpisodeOptions
  @OptionGroup var caching: CacheOptions
  @OptionGroup var run: RunOptions

  func validate() throws {
    if let worst = settings.worst, worst < 0 {
      throw ValidationError("--worst is \(worst); it takes a number from 0")
    }
    if let precision = settings.precision, !(0...1).contains(precision) {
      throw ValidationError("--precision is \(precision); it takes a number from 0 to 1")
    }
    if few.episodes != nil, settings.precision != nil || settings.predictions != nil || settings.views {
      throw ValidationError("--precision, --predictions and --views are for classifiers: they exclude --episodes")
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
    for file in written { try OutputFile.check(file, notReplacing: [model, URL(filePath: settings.data)]) }
    if written.count > 1, OutputFile.isSame(written[0], written[1]) {
      throw UsageError("--report and --predictions name the same file", remedy: "choose another name for one of them")
    }
    try await Interruption.guarding(or: "Stopped.") {
      if let episodes = few.requested {
        try await evaluate(model, episodes, report)
      } else {
        try await evaluate(model, report)
      }
    }
  }

  private var written: [URL] {
    [settings.report, settings.predictions].compactMap { $0.map { URL(filePath: $0) } }
  }

  private func evaluate(_ model: URL, _ report: URL?) async throws {
    let profile = run.speed.startProfile()
    let pictures = try Terminal.labelledPictures(at: settings.data, strict: run.strict)
    try OutputFile.check(written, notReplacing: pictures.classes.flatMap(\.pictures))
    let classifier = try profile.measure(.opening) { try open(model) }
    if let note = classifier.labelsNote { Terminal.warn(note) }
    if let error = classifier.noveltyError { Terminal.warn(error) }
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
    guard evaluation.count + evaluation.strangers > 0 else { throw ImprintingError.noneReadable(skipped.all) }
    if let doubt = try await NormalizationDoubt(
      of: classifier, model: model, pictures: pictures.classes, execution: run.execution())
    {
      Terminal.warn(doubt.text)
    }
    if let report {
      let page = try await ReportPage(
        evaluation, title: "\(model.lastPathComponent) on \(URL(filePath: settings.data).lastPathComponent)",
        facts: [
          .init("Resize", "\(classifier.resize)"), .init("Unreadable pictures", "\(skipped.count)"),
        ]
          + ReportFacts.facts(
            model: model, pictures: ReportFacts.digest(of: pictures.classes.flatMap(\.pictures))),
        resize: classifier.resize, link: ReportFacts.link(from: report))
      try page.write(to: report)
    }
    if let file = settings.predictions { try PredictionFile(evaluation).write(to: URL(filePath: file)) }
    let words = EvaluationReport(
      evaluation, skipped: skipped.count, worst: settings.worst ?? 10, precision: settings.precision,
      views: settings.views ? try await views(of: model, pictures) : nil, profile: figures.map { ProfileReport($0) })
    try Terminal.print(run.json ? Terminal.json(words) : words.text)
    if !run.json { Terminal.show(words.profile) }
  }

  private func open(_ model: URL, views: Augmentation = .off) throws -> Classifier {
    try LocatedError.naming(model) {
      try Classifier(
        contentsOf: model, labels: settings.labels.read(), resize: settings.resize, testTimeAugmentation: views,
        execution: run.execution())
    }
  }

  private func views(of model: URL, _ pictures: LabelledPictures) async throws -> ViewsComparison {
    let progress = Progress(total: Augmentation.allCases.count * pictures.count)
    defer { progress.finish() }
    return try await ViewsComparison(pictures.classes) {
      try open(model, views: $0)
    } progress: {
      progress.update($0)
    }
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
