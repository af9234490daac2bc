import ArgumentParser
import Heads
import Imprinting
import Inference
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a model file.",
    discussion: """
      EXAMPLES
        imprint inspect flowers.tflite
        imprint inspect --json flowers.tflite
      """)

  @Argument(help: "The model, a .tflite file.")
  var model: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let report = InspectionReport(try Model(contentsOf: URL(filePath: model)))
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}
