import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
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
        find garden -name '*.jpg' | imprint classify --model flowers.tflite --from-list - --json
        imprint classify --model flowers.tflite --test-time-augmentation five rose.jpg
      """)

  /// The options of the classifier.
  struct Settings: ParsableArguments {
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

  @Argument(help: "Pictures and folders of pictures; - reads one picture from standard input.")
  var pictures: [String] = []

  @Option(
    help: ArgumentHelp(
      "File with the path of a picture in each line, or - for standard input: each is answered as it comes.",
      valueName: "file"))
  var fromList: String?

  @Option(help: ArgumentHelp("Classifier: any image classification model with one output.", valueName: "file"))
  var model: String

  @OptionGroup(title: "Classification") var settings: Settings
  @OptionGroup var run: RunOptions

  mutating func validate() throws {
    if pictures.isEmpty, fromList == nil {
      throw ValidationError(
        "Missing expected argument '<pictures> ...': name pictures, or a list of them with --from-list")
    }
    let uses = pictures.count { $0 == "-" } + (fromList == "-" ? 1 : 0)
    if uses > 1 { throw ValidationError("standard input can be read only once, and - stands \(uses) times") }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await classify() }
  }

  private func classify() async throws {
    let profile = run.speed.startProfile()
    let list = try fromList.map { try InputStream($0) }
    let inputs = try await ClassifyInputs(pictures, piped: piped(), strict: run.strict)
    let classifier = try profile.measure(.opening) {
      try LocatedError.naming(URL(filePath: model)) {
        try Classifier(
          contentsOf: URL(filePath: model), labels: settings.labels.read(), resize: settings.resize,
          testTimeAugmentation: settings.testTimeAugmentation ?? .off, unknown: settings.unknown ?? .asTaught,
          execution: run.execution())
      }
    }
    if let note = classifier.labelsNote { Terminal.warn(note) }
    if let error = classifier.noveltyError { Terminal.warn(error) }
    if case .atRate = settings.unknown, classifier.unknownRule == nil, classifier.noveltyError == nil {
      Terminal.warn("--unknown has no effect: the model stores no novelty scores")
    }
    var tally = Tally()
    try await answer(inputs, by: classifier, profile: profile, tally: &tally)
    if let list {
      var splitter = LineSplitter()
      var isAtEnd = false
      while !isAtEnd {
        let piece = try await list.next()
        isAtEnd = piece == nil
        let lines = splitter.lines(piece)
        let inputs = try ClassifyInputs(lines: lines, strict: run.strict)
        try await answer(inputs, by: classifier, profile: profile, tally: &tally)
      }
      if tally.read + tally.failed == 0 { Terminal.warn("\(list.name) names no picture") }
    }
    Terminal.show(profile.map { ProfileReport($0.figures) })
    if tally.failed > 0 || tally.read == 0 { throw ExitCode.failure }
  }

  /// The numbers of pictures that were read, and of those that could not be.
  private struct Tally {
    var read = 0
    var failed = 0
  }

  /// Returns the picture from standard input, if one is asked for.
  private func piped() async throws -> [UInt8] {
    guard pictures.contains("-") else { return [] }
    guard isatty(STDIN_FILENO) == 0 else { throw InputStreamError.isTerminal }
    return try await InputStream("-").all(limit: 1 << 30)
  }

  /// Prints an answer for each picture, and the error of each path without one, in order.
  private func answer(
    _ inputs: ClassifyInputs, by classifier: Classifier, profile: Profile?, tally: inout Tally
  ) async throws {
    let entries = inputs.entries
    let found = entries.indices.filter { if case .success = entries[$0].picture { true } else { false } }
    // On a terminal, the printed answers already show the progress.
    let progress = Progress(total: Terminal.showsResults ? 0 : found.count)
    defer { progress.finish() }
    var next = 0
    /// Prints the errors of the paths before an entry.
    func printFailures(before end: Int, to tally: inout Tally) throws {
      for entry in entries[next..<max(next, end)] {
        if case .failure(let error) = entry.picture { try printFailure(error, of: entry.name, to: &tally) }
      }
      next = max(next, end)
    }
    let pictures = found.compactMap { try? entries[$0].picture.get() }
    try await classifier.answers(
      .items(pictures), threshold: settings.threshold ?? -.infinity, topK: settings.topK, profile: profile
    ) { index, result in
      let entry = entries[found[index]]
      try printFailures(before: found[index], to: &tally)
      next = found[index] + 1
      switch result {
      case .success(let answer):
        tally.read += 1
        let line = Line(picture: entry.name, answer)
        try Terminal.print(run.json ? Terminal.json(line, isOneLine: true) : "\(line.picture)  \(answer)")
      case .failure(let error):
        if run.strict { throw error }
        try printFailure(error, of: entry.name, to: &tally)
      }
      progress.update(index + 1)
    }
    progress.finish()
    try printFailures(before: entries.count, to: &tally)
  }

  private func printFailure(_ error: any Error, of picture: String, to tally: inout Tally) throws {
    tally.failed += 1
    Terminal.warn(error)
    if run.json { try Terminal.print(Terminal.json(Failure(picture: picture, error), isOneLine: true)) }
  }

  /// The record of a picture without an answer.
  private struct Failure: Encodable {
    let picture: String
    let error: String
    /// The stable name of the error, for programs.
    let code: String?

    init(picture: String, _ error: any Error) {
      self.picture = picture
      self.error = ErrorText(error).line
      code = (error as? any DescribedError)?.identifier
    }
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
