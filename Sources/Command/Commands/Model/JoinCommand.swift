import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct JoinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Join a base and a head to one model.",
    discussion: """
      The head's inputs must have the shape, type, scale and zero point of the base's outputs. Weights and custom \
      operators, such as those compiled for an Edge TPU, are copied byte for byte.

      EXAMPLES
        imprint model join base_edgetpu.tflite head.tflite -o new_edgetpu.tflite
        imprint model join base.tflite head.tflite --bypass AvgPool -o both.tflite
      """)

  @Argument(help: "Model that reads the picture.")
  var base: String

  @Argument(help: "Model that reads the outputs of the base.")
  var head: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      """
      How to match the head's inputs with the base's outputs. (default: name if all names match, else position)
      """, valueName: "by"))
  var match: TensorMatch?

  @Option(
    help: ArgumentHelp(
      "Name of an output of the base to keep as an output of the model. Can be repeated.", valueName: "name"))
  var bypass: [String] = []

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let sources = [URL(filePath: base), URL(filePath: head)]
    guard !OutputFile.isSame(sources[0], sources[1]) else {
      throw UsageError("base and head are the same file, \(base)")
    }
    let file = URL(filePath: output)
    try OutputFile.check(file, notReplacing: sources)
    let whole = try Model(contentsOf: sources[0]).joined(
      with: Model(contentsOf: sources[1]), match: match, bypassing: bypass)
    let report = try PartReport.writing(whole, to: file)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}
