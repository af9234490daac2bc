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

struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Look at pictures and write down what was seen, to train from later.",
    discussion: """
      What was seen on several days or machines adds up: 'imprint merge' puts it together, and 'imprint train --from' \
      solves for a classifier without a look at a picture.

      EXAMPLES
        imprint embed flowers -o flowers.seen
        imprint train --from flowers.seen --output flowers.tflite
      """)

  @Argument(help: "The pictures: a folder of class folders, or a list of 'path,label' lines.")
  var data: String

  @Option(name: [.short, .long], help: "The file to write.")
  var output: String

  @Option(help: "The base model. (default: the one that 'imprint model fetch' makes)")
  var model: String?

  @Option(help: "How pictures are brought to the model's size: \(Resize.words). (default: crop)")
  var resize: Resize?

  @Option(help: ArgumentHelp(Augmentation.help, valueName: "views"))
  var augment: Augmentation?

  @OptionGroup var budget: BudgetOptions
  @OptionGroup var profiling: ProfileOptions
  @OptionGroup var precision: PrecisionOptions

  @Flag(help: "Fail at the first picture that cannot be read, instead of passing over it.")
  var strict = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await embed() }
  }

  private func embed() async throws {
    let profile = profiling.begin()
    let output = URL(filePath: output)
    let base = try DefaultModel.url(orGiven: model.map { URL(filePath: $0) })
    try OutputFile.check(output, notReplacing: [URL(filePath: data), base])
    let pictures = try LabelledPictures(URL(filePath: data))
    for name in pictures.emptyClasses { Terminal.warn("the folder \(name) holds no picture and is left out") }
    let extractor = try profile.measure(.opening) {
      try Extractor(
        model: base, resize: resize, views: augment ?? .usual(for: pictures.count), execution: precision.execution())
    }
    var seen = EmbeddingSet(space: extractor.space, budget: budget.bytes())
    let list = pictures.classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    var skipped: [PictureError] = []
    try await extractor.see(list.map(\.1), profile: profile) { index, result in
      switch result {
      case .success(let picture): try seen.add(picture, to: list[index].0)
      case .failure(let error):
        if strict { throw error }
        skipped.append(error)
      }
      progress.update(index + 1)
    }
    progress.finish()
    for error in skipped { Terminal.warn("\(error)") }
    guard seen.pictures > 0 else { throw ImprintingError.noPictures }
    try profile.measure(.saving) { try seen.write(to: output) }
    let report = EmbeddingSetReport(
      seen, file: output.relativePath, skipped: skipped.count, profile: profile.map { ProfileReport($0.figures) })
    try Terminal.print(json ? Terminal.json(report) : report.text)
    if !json { Terminal.show(report.profile) }
  }
}
