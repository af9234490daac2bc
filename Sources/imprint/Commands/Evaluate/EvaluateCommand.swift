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
