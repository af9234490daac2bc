import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare models on the same pictures.",
    discussion: """
      Classifiers whose classes have the names of the class folders are compared by their answers. Other models are compared \
      as base models: by leave-one-out over all pictures, and with --episodes also in few-shot episodes with the same draws. \
      The differences are paired picture by picture, or draw by draw, with 95 % intervals.

      EXAMPLES
        imprint compare --model a.tflite --model b.tflite --data flowers
        imprint compare --model lite0.tflite --model lite2.tflite --data flowers --episodes 50 --shots 5
      """)

  /// What models are compared as.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case bases, classifiers
  }

  /// The options of the comparison.
  struct Settings: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Model to compare; give two or more. The first is compared with each other.", valueName: "file"))
    var model: [String] = []

    @Option(
      help: ArgumentHelp(
        "Pictures: a folder with one subfolder per class, or a list with paths and labels.", valueName: "path"))
    var data: String

    @Option(
      name: .customLong("as"),
      help: ArgumentHelp(
        "Compare the models as bases or as classifiers. (default: classifiers, if all have the classes of the pictures)",
        valueName: "kind"))
    var kind: Kind?

    @Option(
      help: ArgumentHelp("Method that solves the last layer of base models. (default: analytic)", valueName: "method"))
    var head: HeadChoice?

    @Option(
      help: ArgumentHelp(
        "How to fit a picture to the models' inputs: \(Resize.values). (default: as in training, else crop)",
        valueName: "mode"))
    var resize: Resize?

    @Option(help: ArgumentHelp("Also compare base models in this many few-shot episodes.", valueName: "n"))
    var episodes: Int?

    @Option(
      help: ArgumentHelp("Training pictures per class of the episodes: a number or 'all'. (default: 5)", valueName: "n")
    )
    var shots: Choices<Shots>?

    @Option(help: ArgumentHelp("Seed of the draws.", valueName: "n"))
    var seed: UInt64 = 0
  }

  @OptionGroup(title: "Comparison") var settings: Settings
  @OptionGroup var caching: CacheOptions
  @OptionGroup var run: RunOptions

  func validate() throws {
    guard settings.model.count > 1 else {
      throw ValidationError("--model is needed twice or more: name the models to compare")
    }
    if let count = settings.episodes, !(2...Episodes.mostEpisodes).contains(count) {
      throw ValidationError("--episodes is \(count); it takes a number from 2 to \(Episodes.mostEpisodes)")
    }
    if settings.shots != nil, settings.episodes == nil {
      throw ValidationError("--shots is for few-shot episodes: it requires --episodes, such as --episodes 50")
    }
    if let shots = settings.shots, shots.values.count > 1 {
      throw ValidationError("--shots takes one number here, as only models are compared")
    }
    if settings.kind == .classifiers, settings.episodes != nil || settings.head != nil {
      throw ValidationError("--episodes and --head are for base models: they exclude --as classifiers")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await compare() }
  }

  private func compare() async throws {
    let pictures = try Terminal.labelledPictures(at: settings.data, strict: run.strict)
    Terminal.warnOfEmptyClasses(pictures)
    let files = settings.model.map { URL(filePath: $0) }
    let kind = try settings.kind ?? self.kind(files, pictures)
    var figures: [ModelFigures] = []
    for file in files {
      switch kind {
      case .bases: figures.append(try await trial(pictures).figures(of: file))
      case .classifiers: figures.append(try await evaluate(file, pictures))
      }
    }
    let report = ComparisonReport(
      figures, kind: kind, names: settings.model, shots: settings.episodes.map { _ in shots })
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
  }

  private var shots: Shots { settings.shots?.values.first ?? .count(5) }

  /// Returns classifiers if all models have the classes of the pictures and no option is about bases.
  private func kind(_ files: [URL], _ pictures: LabelledPictures) throws -> Kind {
    guard settings.episodes == nil, settings.head == nil else { return .bases }
    let names = Set(pictures.classes.map(\.name)).subtracting([Classification.unknown.label])
    for file in files {
      let known = try LocatedError.naming(file) { try Model(contentsOf: file).carriedLabels?.names ?? [:] }
      guard names.isSubset(of: known.values) else { return .bases }
    }
    return .classifiers
  }

  private func trial(_ pictures: LabelledPictures) throws -> BaseTrial {
    var episodes: Episodes?
    if let count = settings.episodes {
      var requested = Episodes(count: count)
      requested.shots = [shots]
      requested.seed = settings.seed
      episodes = requested
    }
    return BaseTrial(
      pictures: pictures, method: settings.head?.method ?? Analytic(findsNovelty: false), resize: settings.resize,
      episodes: episodes, cache: caching.cache, execution: try run.execution())
  }

  private func evaluate(_ file: URL, _ pictures: LabelledPictures) async throws -> ModelFigures {
    let classifier = try LocatedError.naming(file) {
      try Classifier(contentsOf: file, resize: settings.resize, execution: run.execution())
    }
    let list = pictures.classes.flatMap(\.pictures)
    let seconds = try await BaseTrial.secondsPerPicture(list) { try await classifier.scores($0) { _, _ in } }
    let progress = Progress(total: pictures.count)
    defer { progress.finish() }
    let evaluation = try await classifier.evaluate(
      pictures.classes, strict: run.strict, cache: caching.cache, progress: { progress.update($0) })
    return ModelFigures(
      file: file, evaluation: evaluation, secondsPerPicture: seconds, bytes: try Bytes(mapping: file).count)
  }
}
