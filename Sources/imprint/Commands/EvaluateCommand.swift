import ArgumentParser
import Imprinting
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "See how well a classifier does on labelled pictures.",
    discussion: """
      The names of the class folders must be among the model's labels.

      EXAMPLES
        imprint evaluate --model flowers.tflite --data more-flowers
      """)

  @Option(help: "The classifier: any image classification model with one output.")
  var model: String

  @Option(help: "The pictures: a folder of class folders, or a list of 'path,label' lines.")
  var data: String

  @Option(help: "How pictures are brought to the model's size: \(Resize.words). (default: as in training, else crop)")
  var resize: Resize?

  @Option(help: "How many of the worst mistakes to list.")
  var worst = 10

  @OptionGroup var run: RunOptions

  func validate() throws {
    guard worst >= 0 else { throw ValidationError("--worst is \(worst); it takes a number from 0") }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await evaluate() }
  }

  private func evaluate() async throws {
    let pictures = try LabelledPictures(URL(filePath: data))
    let classifier = try run.classifier(model, resize: resize, unknown: .never)
    let progress = Progress(total: pictures.count)
    defer { progress.finish() }
    var skipped: [PictureError] = []
    let evaluation = try await classifier.evaluate(
      pictures.classes, strict: run.strict, progress: { progress.update($0) }, skipped: { skipped.append($0) })
    progress.finish()
    for name in pictures.emptyClasses { Terminal.warn("the folder \(name) holds no picture and is left out") }
    for error in skipped { Terminal.warn("\(error)") }
    guard evaluation.count > 0 else { throw ImprintingError.noPictures }
    let report = EvaluationReport(evaluation, skipped: skipped.count, worst: worst)
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
  }
}
