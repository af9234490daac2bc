import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct FoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fold",
    abstract: "Compute beforehand what follows from constants alone.",
    discussion: """
      Operators on constants, such as a normalisation of frozen weights, become constants; tensors and buffers that \
      nothing uses are left out. The runtime computes them, so that they are bit for bit what it computes at every run. \
      Weights that are stored in fewer bits and widened first take more room afterwards.

      EXAMPLES
        imprint model fold model.tflite -o folded.tflite
      """)

  @Argument(help: "The model, a .tflite file.")
  var model: String

  @Option(name: [.short, .long], help: "The model to write.")
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let source = URL(filePath: model)
    let file = URL(filePath: output)
    try OutputFile.check(file, notReplacing: [source])
    let folding = try Folding(of: Model(contentsOf: source))
    for left in folding.left.prefix(Self.shown) { Terminal.warn("\(left.tensor) is left as it is: \(left.because)") }
    if case let more = folding.left.count - Self.shown, more > 0 {
      Terminal.warn("\(more) more are left as they are (--json names all)")
    }
    let written = try PartReport.writing(folding.model, to: file)
    let report = Report(folded: folding.folded, left: folding.left.map(\.tensor), written: written)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  // How many tensors are named.
  private static let shown = 20

  private struct Report: Encodable {
    let folded, left: [String]
    let written: PartReport

    var text: String {
      let first = folded.prefix(FoldCommand.shown).map { "  \($0)" }
      let more = folded.count > first.count ? ["  … and \(folded.count - first.count) more (--json shows all)"] : []
      return (["Folded  \(Table.counted(folded.count, "tensor", "tensors"))"] + first + more + [written.text])
        .joined(separator: "\n")
    }
  }
}
