import ArgumentParser
import Imprinting
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Teach classes from a folder of pictures and write the classifier.",
    discussion: """
      The data is a folder with one folder of pictures a class, or a list. The first pictures of each class, by name, \
      are held back and tell how well the classifier does.

      EXAMPLES
        imprint train --data flowers --output flowers.tflite
        imprint train --model flowers.tflite --keep-classes --data more --output new.tflite
      """)

  @Option(
    help: """
      The base model: a bare embedding extractor, or a model in Coral's imprinting layout. (default: the one that \
      'imprint model fetch' makes)
      """)
  var model: String?

  @Option(help: "The pictures: a folder of class folders, or a list of 'path,label' lines.")
  var data: String

  @Option(help: "The classifier to write. Its labels go beside it, into a file ending in .txt.")
  var output: String

  @Option(help: "The share of each class's pictures to hold back, from 0 to less than 1. (default: 0.25)")
  var testRatio: Double?

  @Flag(help: "Hold back all pictures that --shots does not draw, instead of a share.")
  var testRest = false

  @Option(help: "How many pictures a class to learn from at most, drawn at random. (default: all)")
  var shots: Int?

  @Option(help: "Decides which pictures --shots draws.")
  var seed: UInt64 = 0

  @Flag(help: "Keep the classes that the model has; imprinted ones of the same name are trained further.")
  var keepClasses = false

  @Option(
    help: "How pictures are brought to the model's size: \(Resize.words). (default: as kept classes were, else crop)")
  var resize: Resize?

  @OptionGroup var run: RunOptions

  func validate() throws {
    if let testRatio, !(0..<1).contains(testRatio) {
      throw ValidationError("--test-ratio is \(testRatio); it takes a number from 0 to less than 1")
    }
    if run.labels != nil, !keepClasses {
      throw ValidationError("--labels names the classes that are kept: it goes with --keep-classes")
    }
    if testRest, shots == nil || testRatio != nil {
      throw ValidationError(
        "--test-rest asks about what --shots leaves: it goes with --shots, and not with --test-ratio")
    }
    if let shots, shots < 1 { throw ValidationError("--shots is \(shots); it takes a positive number") }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await train() }
  }

  private func train() async throws {
    let output = URL(filePath: output)
    let base = try DefaultModel.url(orGiven: model.map { URL(filePath: $0) })
    try checkOutput(output, base: base)
    let pictures = try LabelledPictures(URL(filePath: data))
    let split = try split(pictures.classes)
    let teacher = try Teacher(
      model: base, keepClasses: keepClasses, labels: run.readLabels(), resize: resize,
      threads: run.work.threads, runtime: run.runtime())
    for name in pictures.emptyClasses { Terminal.warn("the folder \(name) holds no picture and is left out") }
    if let earlier = teacher.earlierResize, earlier != teacher.resize {
      Terminal.warn("the kept classes were taught with --resize \(earlier), the new ones are with \(teacher.resize)")
    }

    let count = split.training.reduce(0) { $0 + $1.pictures.count }
    let heldBack = split.heldBack.reduce(0) { $0 + $1.pictures.count }
    let progress = Progress(total: count + heldBack)
    defer { progress.finish() }
    let clock = ContinuousClock()
    let start = clock.now
    let lesson = try await teacher.learn(split.training, strict: run.strict) { progress.update($0) }
    let taught = Set(lesson.classes.map(\.label))
    let asked = split.heldBack.filter { taught.contains($0.name) }
    var skipped = lesson.skipped
    var evaluation: Evaluation?
    if !asked.isEmpty {
      evaluation = try await teacher.evaluate(
        asked, strict: run.strict, progress: { progress.update(count + $0) }, skipped: { skipped.append($0) })
    }
    let seconds = (clock.now - start) / .seconds(1)
    try Task.checkCancellation()
    let labelFile = try await teacher.save(to: output)
    progress.finish()
    for error in skipped { Terminal.warn("\(error)") }
    for name in lesson.emptyClasses {
      Terminal.warn("none of the pictures of \(name) to learn from can be read: the class is left out")
    }

    let report = TrainReport(
      lesson: lesson, evaluation: evaluation, skipped: skipped.count, seconds: seconds, output: output,
      labelFile: labelFile, kept: await teacher.classCount - lesson.classes.count)
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
  }

  private func split(_ pictures: [LabelledPictures.Class]) throws -> Split {
    if testRest, let shots { return Split(pictures, drawing: shots, seed: seed) }
    return try Split(pictures, testRatio: testRatio ?? 0.25, shots: shots, seed: seed)
  }

  /// Checks before the work that both files can be written, and that neither takes the place of what is read.
  private func checkOutput(_ output: URL, base: URL) throws {
    let labelFile = Teacher.labelFile(for: output)
    let real = { (url: URL) in url.resolvingSymlinksInPath().standardizedFileURL.path }
    guard real(output) != real(labelFile) else {
      throw ValidationError("--output \(self.output) ends in .txt, as its label file does: end it in .tflite")
    }
    for file in [output, labelFile] {
      try OutputFile.check(file)
      // A model that was named may be replaced by what is taught to it.
      for source in [URL(filePath: data), base]
      where real(file) == real(source) && !(file == output && source == base && model != nil) {
        throw ValidationError(
          "--output \(self.output) would write \(file.relativePath) in place of what is read: choose another name")
      }
    }
  }
}
