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
    abstract: "Extract, remove or replace a classifier's head.",
    discussion: """
      The head is the part of the model that follows the embedding.

      EXAMPLES
        imprint model head flowers.tflite --drop -o extractor.tflite
        imprint model head flowers.tflite --take -o head.tflite
        imprint model head a_edgetpu.tflite --replace b.tflite -o b_edgetpu.tflite
      """)

  @Argument(help: "Model, a .tflite file.")
  var model: String

  @Flag(help: "Write the head alone.")
  var take = false

  @Flag(help: "Write the model without its head.")
  var drop = false

  @Option(
    help: ArgumentHelp(
      "Write the model with the head of another file: a classifier on the same embedding, or a head alone.",
      valueName: "file"))
  var replace: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard [take, drop, replace != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("exactly one of --take, --drop and --replace is required")
    }
  }

  func run() throws {
    let file = URL(filePath: output)
    let sources = [URL(filePath: model)] + [replace].compactMap { $0 }.map { URL(filePath: $0) }
    if sources.count > 1, OutputFile.isSame(sources[0], sources[1]) {
      throw UsageError("--replace names the model itself, which has that head already")
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
