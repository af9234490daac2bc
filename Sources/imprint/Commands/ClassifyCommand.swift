import ArgumentParser
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
    abstract: "Say what pictures show.",
    discussion: """
      Prints a line a picture: its path and the best classes with their scores. With --json each line is a JSON object.

      EXAMPLES
        imprint classify --model flowers.tflite rose.jpg
        imprint classify --model mobilenet.tflite --labels labels.txt --top-k 1 holiday
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

  @OptionGroup var run: RunOptions

  func validate() throws {
    guard topK > 0 else { throw ValidationError("--top-k is \(topK); it takes a positive number") }
    if threshold?.isNaN == true { throw ValidationError("--threshold takes a number") }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await classify() }
  }

  private func classify() async throws {
    let files = try pictures.flatMap { try PictureFiles.pictures(at: URL(filePath: $0)) }
    let classifier = try run.classifier(model, resize: resize)
    // Answers on the screen show by themselves how the work goes on.
    let progress = Progress(total: Terminal.showsResults ? 0 : files.count)
    defer { progress.finish() }
    var read = 0
    try await classifier.classify(files, threshold: threshold ?? -.infinity, topK: topK) { index, result in
      switch result {
      case .success(let classes):
        read += 1
        let answer = Answer(picture: files[index].relativePath, classes: classes)
        try Terminal.print(run.json ? Terminal.json(answer, isOneLine: true) : answer.text)
      case .failure(let error):
        if run.strict { throw error }
        Terminal.warn("\(error)")
      }
      progress.update(index + 1)
    }
    if read == 0 { throw ExitCode.failure }
  }

  private struct Answer: Encodable {
    let picture: String
    let classes: [Classification]

    var text: String {
      picture + "  " + (classes.isEmpty ? "nothing" : classes.map(\.description).joined(separator: ", "))
    }
  }
}
