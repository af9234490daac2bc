import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct HeadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "head",
    abstract: "Take, drop or replace a classifier's last layers.",
    discussion: """
      EXAMPLES
        imprint model head flowers.tflite --drop -o extractor.tflite
        imprint model head flowers.tflite --take -o head.tflite
        imprint model head compiled_edgetpu.tflite --replace flowers.tflite -o flowers_edgetpu.tflite
      """)

  @Argument(help: "The model, a .tflite file.")
  var model: String

  @Flag(help: "Write the part behind the embedding.")
  var take = false

  @Flag(help: "Write the part up to the embedding.")
  var drop = false

  @Option(
    help: "Write the model with another one's last layers: a classifier on the same embedding, or a head by itself.")
  var replace: String?

  @Option(name: [.short, .long], help: "The model to write.")
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard [take, drop, replace != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("Give one of --take, --drop and --replace.")
    }
  }

  func run() throws {
    let file = URL(filePath: output)
    let sources = [URL(filePath: model)] + [replace].compactMap { $0 }.map { URL(filePath: $0) }
    if sources.count > 1, OutputFile.isSame(sources[0], sources[1]) {
      throw ValidationError("--replace names the model itself: its last layers are there already")
    }
    try OutputFile.check(file, notReplacing: sources)
    let whole = try Model(contentsOf: sources[0])
    let made: Model
    if sources.count > 1 {
      made = try whole.replacingHead(with: Model(contentsOf: sources[1]))
    } else {
      made = try take ? whole.headPart() : whole.withoutHead()
    }
    let report = try PartReport.writing(made, to: file)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}
