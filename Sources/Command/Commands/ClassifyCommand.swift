import ArgumentParser
import Heads
import Imprinting
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ClassifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Classify pictures.",
    discussion: """
      Prints one line per picture: its path and the best classes with their scores, or 'unknown' if it resembles none of \
      the classes, or if the best class is named 'background' or 'none'.

      EXAMPLES
        imprint classify --model flowers.tflite rose.jpg
        imprint classify --model mobilenet.tflite --labels labels.txt holiday
        imprint classify --model flowers.tflite --unknown 0.01 garden
        imprint classify --model flowers.tflite --test-time-augmentation five rose.jpg
      """)

  /// The options of the classifier.
  struct Settings: ParsableArguments {
    @Option(help: ArgumentHelp("Classifier: any image classification model with one output.", valueName: "file"))
    var model: String

    @OptionGroup var labels: LabelFileOption

    @Option(help: ArgumentHelp("Number of classes to print.", valueName: "n"))
    var topK = 3

    @Option(help: ArgumentHelp("Omit classes with a lower score. (default: no limit)", valueName: "score"))
    var threshold: Float?

    @Option(
      help: ArgumentHelp(
        """
        Fraction of pictures of the known classes that may be called unknown, at least 0 and less than 1, or 'never'. \
        (default: the rate in the model)
        """, valueName: "fraction"))
    var unknown: UnknownAnswers?

    @Option(
      help: ArgumentHelp(
        """
        Average the scores of five or thirteen mirrored and cropped views. Five take five times as long, and classify one \
        or two more of 100 pictures correctly; thirteen are hardly better. (default: none)
        """, valueName: "views"))
    var testTimeAugmentation: Augmentation?

    @Option(
      help: ArgumentHelp(
        "How to fit a picture to the model's input: \(Resize.values). (default: as in training, else crop)",
        valueName: "mode"))
    var resize: Resize?

    mutating func validate() throws {
      guard topK > 0 else { throw ValidationError("--top-k is \(topK); it takes a positive number") }
      if threshold?.isNaN == true { throw ValidationError("--threshold takes a number") }
    }
  }

  @Argument(help: "Pictures and folders of pictures.")
  var pictures: [String]

  @OptionGroup(title: "Classification") var settings: Settings
  @OptionGroup var run: RunOptions

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await classify() }
  }

  private func classify() async throws {
    let profile = run.speed.startProfile()
    let files = try pictures.flatMap { try Terminal.pictures(at: $0, strict: run.strict) }
    let classifier = try profile.measure(.opening) {
      try LocatedError.naming(URL(filePath: settings.model)) {
        try Classifier(
          contentsOf: URL(filePath: settings.model), labels: settings.labels.read(), resize: settings.resize,
          testTimeAugmentation: settings.testTimeAugmentation ?? .off, unknown: settings.unknown ?? .asTaught,
          execution: run.execution())
      }
    }
    if let note = classifier.labelsNote { Terminal.warn(note) }
    if let error = classifier.noveltyError { Terminal.warn(error) }
    if case .atRate = settings.unknown, classifier.unknownRule == nil, classifier.noveltyError == nil {
      Terminal.warn("--unknown has no effect: the model stores no novelty scores")
    }
    // On a terminal, the printed answers already show the progress.
    let progress = Progress(total: Terminal.showsResults ? 0 : files.count)
    defer { progress.finish() }
    var read = 0
    try await classifier.answers(
      files, threshold: settings.threshold ?? -.infinity, topK: settings.topK, profile: profile
    ) { index, result in
      switch result {
      case .success(let answer):
        read += 1
        let line = Line(picture: files[index].relativePath, answer)
        try Terminal.print(run.json ? Terminal.json(line, isOneLine: true) : "\(line.picture)  \(answer)")
      case .failure(let error):
        if run.strict { throw error }
        Terminal.warn(error)
      }
      progress.update(index + 1)
    }
    progress.finish()
    Terminal.show(profile.map { ProfileReport($0.figures) })
    if read == 0 { throw ExitCode.failure }
  }

  private struct Line: Encodable {
    let picture: String
    let unknown: Bool
    let classes: [Classification]
    let noveltyScore: Float?

    init(picture: String, _ answer: Answer) {
      self.picture = picture
      unknown = answer.isUnknown
      classes = answer.classes
      noveltyScore = answer.noveltyScore.flatMap { $0.isFinite ? $0 : nil }
    }
  }
}
