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

/// What `embed` and `merge` print.
struct EmbeddingSetReport: Encodable {
  struct EmbeddedClass: Encodable {
    let label: String
    let pictures: Int
  }

  let classes: [EmbeddedClass]
  let pictures: Int
  let skipped: Int
  /// Whether the single embeddings are kept, and not only their sums.
  let embeddingsKept: Bool
  let dimension: Int
  let views: Int
  let resize: String
  /// In whose arithmetic the network was run.
  let arithmetic: EmbeddingSpace.Arithmetic
  let file: String
  let profile: ProfileReport?

  init(_ seen: EmbeddingSet, file: String, skipped: Int, profile: ProfileReport? = nil) {
    self.profile = profile
    classes = seen.classes.map { .init(label: $0.name, pictures: $0.count) }
    pictures = seen.pictures
    self.skipped = skipped
    embeddingsKept = seen.hasEmbeddings
    dimension = seen.space.dimension
    views = seen.space.views.count
    resize = seen.space.resize
    arithmetic = seen.space.arithmetic
    self.file = file
  }

  var text: String {
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    var lines = [
      "EmbeddingSet: \(Table.counted(pictures, "picture", "pictures")) of \(Table.counted(classes.count, "class", "classes"))"
    ]
    lines += classes.map { "  \(Table.left($0.label, widest))  \($0.pictures)" }
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    lines.append(
      embeddingsKept
        ? "Kept: each picture's embedding, \(dimension) numbers\(views > 1 ? " a view, \(views) views" : "")"
        : "Kept: sums alone, as the embeddings are beyond the budget")
    lines.append("File  \(file)")
    return lines.joined(separator: "\n")
  }
}
