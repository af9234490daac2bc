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
    abstract: "Put a head behind a base, as one model.",
    discussion: """
      The head's inputs must be what the base gives: of the same shape, type, scale and zero point. Weights and custom \
      operators, such as those compiled for an Edge TPU, stay byte for byte what they were.

      EXAMPLES
        imprint model join extractor_edgetpu.tflite head.tflite -o classifier_edgetpu.tflite
        imprint model join base.tflite head.tflite --bypass AvgPool -o both.tflite
      """)

  @Argument(help: "The model that takes the picture.")
  var base: String

  @Argument(help: "The model that takes what the base gives.")
  var head: String

  @Option(name: [.short, .long], help: "The model to write.")
  var output: String

  @Option(
    help: """
      How the head's inputs are found among the base's outputs: name or position. (default: by name where all have one of \
      the same name, else by position)
      """)
  var match: TensorMatch?

  @Option(
    help: "An output of the base, by name, that stays an output behind the head's. May be given several times.")
  var bypass: [String] = []

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let sources = [URL(filePath: base), URL(filePath: head)]
    guard !OutputFile.isSame(sources[0], sources[1]) else {
      throw ValidationError("base and head are the same file, \(base): a model cannot be put behind itself")
    }
    let file = URL(filePath: output)
    try OutputFile.check(file, notReplacing: sources)
    let whole = try Model(contentsOf: sources[0]).joined(
      with: Model(contentsOf: sources[1]), match: match, bypassing: bypass)
    let report = try PartReport.writing(whole, to: file)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

extension TensorMatch: ExpressibleByArgument {}
