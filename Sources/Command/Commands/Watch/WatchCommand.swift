import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import Pictures
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Classify what a camera or a stream shows, frame by frame.",
    discussion: """
      A source is a camera (/dev/video0, avfoundation:0), an address (rtsp://…, http://…), a film, a folder in which \
      pictures appear, '-' for JPEGs or raw frames on standard input, or @FILE for a file that holds an address with its \
      password. ffmpeg decodes cameras, streams and films.

      A class is announced when it holds for a while, and again only when it changes: as a line on a terminal, else as a \
      line of JSON. Where the model is slower than a live source, frames are dropped and counted.

      EXAMPLES
        imprint watch /dev/video0 --model flowers.tflite
        imprint watch rtsp://cam.local/x --model flowers.tflite --region 0,0.5,1,0.5
        imprint watch inbox --model flowers.tflite --frames
        imprint watch /dev/video0 --teach --class mug --class none -o mugs.tflite
        imprint watch @camera.txt --model flowers.tflite --json --on-change ./notify
      """)

  @Argument(help: "Cameras, addresses, films, folders, - or @FILE.")
  var sources: [String]

  @Option(
    help: ArgumentHelp(
      "Classifier; with --teach the base model. (default of --teach: the model of 'imprint model fetch')",
      valueName: "file"))
  var model: String?

  @OptionGroup(title: "Frames") var frames: FrameOptions
  @OptionGroup(title: "Answers") var settings: Settings
  @OptionGroup(title: "Classification") var classification: ClassifyCommand.Settings

  @OptionGroup(title: "Teaching") var teaching: Teaching
  @OptionGroup(title: "Speed and devices") var speed: ExecutionOptions

  @Flag(help: "Print lines of JSON also on a terminal.")
  var json = false

  @Flag(help: "Print the log of the LiteRT runtime.")
  var verbose = false

  /// What is taught by key.
  struct Teaching: ParsableArguments {
    @Flag(
      help:
        "On a terminal: teach the current frame by a digit, the next frame knows it; u takes back, q saves and ends.")
    var teach = false

    @Option(name: .customLong("class"), help: ArgumentHelp("Class to teach; repeat it for several.", valueName: "name"))
    var classes: [String] = []

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("Classifier to write; if it exists, teaching goes on from it.", valueName: "file"))
    var output: String?

    func validate() throws {
      guard teach else {
        guard classes.isEmpty, output == nil else { throw ValidationError("--class and --output belong to --teach") }
        return
      }
      guard output != nil else { throw ValidationError("--teach writes a classifier: name it with --output") }
      guard (1...9).contains(classes.count), Set(classes).count == classes.count else {
        throw ValidationError("--teach takes one to nine different classes with --class, one for each digit")
      }
      if let name = classes.first(where: { !CaptureCommand.isFolderName($0) }) {
        throw ValidationError("'\(name)' cannot be a class here: it must be a plain name")
      }
    }
  }

  /// When an answer is announced, and what happens then.
  struct Settings: ParsableArguments {
    @Option(
      name: .customLong("for"),
      help: ArgumentHelp(
        "How long a class must hold before it is announced. (default: 0.5s; of a folder 0s)", valueName: "time"))
    var hold: TimeSpan?

    @Option(
      help: ArgumentHelp(
        "Number of frames over which scores are averaged. (default: 5; of a folder 1)", valueName: "n"))
    var smooth: Int?

    @Option(
      help: ArgumentHelp(
        "How much better than the announced class another one must be. (default: 0.1; of a folder 0)",
        valueName: "score"))
    var margin: Float?

    @Flag(help: "Print the answer for every frame, too.")
    var frames = false

    @Flag(help: "Wait for the model instead of dropping frames of standard input.")
    var noDrop = false

    @Option(help: ArgumentHelp("Keep the frames at which the announced class changes.", valueName: "folder"))
    var saveChanges: String?

    @Option(
      help: ArgumentHelp(
        """
        Program to run at each change, without a shell and without arguments. Its environment holds IMPRINT_CLASS, \
        IMPRINT_SCORE, IMPRINT_BEFORE, IMPRINT_SOURCE, IMPRINT_FRAME, IMPRINT_TIME and IMPRINT_PICTURE.
        """, valueName: "program"))
    var onChange: String?

    func validate() throws {
      if let smooth, !(1...1000).contains(smooth) {
        throw ValidationError("--smooth is \(smooth); it takes a number from 1 to 1000")
      }
      if let margin, !(margin >= 0 && margin <= 1) {
        throw ValidationError("--margin is \(margin); it takes a number from 0 to 1")
      }
    }

    /// Returns how the answers of a source become events. Each picture of a folder is an answer of its own.
    func tracking(_ source: WatchSource, threshold: Float?) -> AnswerTracker.Settings {
      let usual =
        source.kind == .folder
        ? AnswerTracker.Settings(frames: 1, hold: .zero, margin: 0) : AnswerTracker.Settings()
      return AnswerTracker.Settings(
        frames: smooth ?? usual.frames, hold: hold?.duration ?? usual.hold, margin: margin ?? usual.margin,
        threshold: max(0, threshold ?? 0))
    }
  }

  mutating func validate() throws {
    if model == nil, !teaching.teach { throw ValidationError("name the classifier with --model") }
    if teaching.teach, sources.count != 1 { throw ValidationError("--teach watches one source") }
    if sources.count(where: { $0 == "-" }) > 1 { throw ValidationError("- stands for standard input only once") }
    guard sources.count <= 64 else {
      throw ValidationError("there are \(sources.count) sources; at most 64 are watched")
    }
    guard classification.testTimeAugmentation == nil || classification.testTimeAugmentation == .off else {
      throw ValidationError("--test-time-augmentation is not for watching: scores are averaged over frames instead")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await watch() }
  }

  private func watch() async throws {
    let sources = try self.sources.map { text throws(WatchError) in try WatchSource(text) }
    let execution = try speed.execution(Runtime(verbosity: verbose ? .verbose : .silent))
    if teaching.teach, let source = sources.first, let output = teaching.output {
      return try await TeachingRun(
        source: source, classes: teaching.classes,
        base: DefaultModel.url(orGiven: self.model.map { URL(filePath: $0) }), output: URL(filePath: output),
        frames: frames, resize: classification.resize, execution: execution
      ).run()
    }
    let model = URL(filePath: self.model ?? "")
    let saver = try settings.saveChanges.map { try FrameSaver(folder: URL(filePath: $0, directoryHint: .isDirectory)) }
    let classifier = try LocatedError.naming(model) {
      try Classifier(
        contentsOf: model, labels: classification.labels.read(), resize: classification.resize,
        unknown: classification.unknown ?? .asTaught,
        execution: execution)
    }
    if let note = classifier.labelsNote { Terminal.warn(note) }
    if let error = classifier.noveltyError { Terminal.warn(error) }
    let program = settings.onChange.map { ChangeProgram($0) }
    let printer = WatchPrinter(
      sources: sources.map(\.name), isJSON: json || !Terminal.showsResults, showsFrames: settings.frames,
      topK: classification.topK, least: classification.threshold ?? -.infinity, saver: saver, view: frames.view,
      program: program,
      tracking: sources.map { settings.tracking($0, threshold: classification.threshold) })
    let queue = FrameQueue(live: sources.map { $0.isLive && !settings.noDrop })
    let work = FrameClassifier(
      classifier, views: sources.map { _ in frames.view }, topK: max(1, classifier.classCount),
      workers: speed.work.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let ends = try await FrameWork.run(sources, queue: queue, settings: frames.settings, program: program) {
      try await work.run(queue) { try printer.show($0) }
      try printer.finish()
    }
    if ends.contains(.broken) { throw ExitCode(FrameOptions.brokenCode) }
  }
}
