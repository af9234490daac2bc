import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ClassifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Say what pictures show.",
    discussion: """
      Prints a line a picture: its path and the best classes with their scores, or 'unknown' where it shows none of them: \
      it is unlike all that was taught, or what fits best is a class named 'background' or 'none'. With --json each line \
      is a JSON object.

      EXAMPLES
        imprint classify --model flowers.tflite rose.jpg
        imprint classify --model mobilenet.tflite --labels labels.txt --top-k 1 holiday
        imprint classify --model flowers.tflite --unknown 0.01 garden
        imprint classify --model flowers.tflite --views five rose.jpg
      """)

  @Option(help: "The classifier: any image classification model with one output.")
  var model: String

  @Argument(help: "Pictures, and folders of pictures.")
  var pictures: [String]

  @Option(help: "The least score that counts. (default: every score does)")
  var threshold: Float?

  @Option(help: "How many classes to name at most.")
  var topK = 3

  @Option(help: "How pictures are brought to the model's size: \(Resize.words). (default: as in training, else crop)")
  var resize: Resize?

  @Option(
    help: """
      How many views of each picture are looked at, as by 'train --augment'; the answer is their mean. Five take five \
      times as long and name one or two pictures more of a hundred rightly; thirteen hardly more.
      """)
  var views = Augmentation.one

  @Option(
    help: """
      The share of pictures of the taught classes that may be called unknown, from 0 to less than 1, or 'never'. \
      (default: as the model says)
      """)
  var unknown: UnknownAnswers?

  @OptionGroup var profiling: ProfileOptions
  // As Coral's scripts write it: Documentation/coming-from-coral.md.
  @Option(name: .customLong("top_k"), help: .hidden)
  var coralTopK: Int?

  @OptionGroup var run: RunOptions

  mutating func validate() throws {
    topK = coralTopK ?? topK
    guard topK > 0 else { throw ValidationError("--top-k is \(topK); it takes a positive number") }
    if threshold?.isNaN == true { throw ValidationError("--threshold takes a number") }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await classify() }
  }

  private func classify() async throws {
    let profile = profiling.begin()
    let files = try pictures.flatMap { try PictureFiles.pictures(at: URL(filePath: $0)) }
    let classifier = try profile.measure(.opening) {
      try run.classifier(model, resize: resize, views: views, unknown: unknown ?? .asTaught)
    }
    if let problem = classifier.passedOver { Terminal.warn("\(problem)") }
    if case .atRate = unknown, classifier.unknownRule == nil, classifier.passedOver == nil {
      Terminal.warn("the model does not say what is unlike its classes: --unknown changes nothing")
    }
    // Answers on the screen show by themselves how the work goes on.
    let progress = Progress(total: Terminal.showsResults ? 0 : files.count)
    defer { progress.finish() }
    var read = 0
    try await classifier.answers(files, threshold: threshold ?? -.infinity, topK: topK, profile: profile) {
      index, result in
      switch result {
      case .success(let answer):
        read += 1
        let line = Line(picture: files[index].relativePath, answer)
        try Terminal.print(run.json ? Terminal.json(line, isOneLine: true) : "\(line.picture)  \(answer)")
      case .failure(let error):
        if run.strict { throw error }
        Terminal.warn("\(error)")
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
    let familiarity: Float?

    init(picture: String, _ answer: Answer) {
      self.picture = picture
      unknown = answer.isUnknown
      classes = answer.classes
      familiarity = answer.familiarity.flatMap { $0.isFinite ? $0 : nil }
    }
  }
}

extension UnknownAnswers: ExpressibleByArgument {
  public init?(argument: String) {
    if argument.lowercased() == "never" {
      self = .never
    } else if let rate = Double(argument), (0..<1).contains(rate) {
      self = .atRate(rate)
    } else {
      return nil
    }
  }
}
