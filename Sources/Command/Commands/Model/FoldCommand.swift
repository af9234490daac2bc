import ArgumentParser
import Inference
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
    abstract: "Replace operators on constants by their results.",
    discussion: """
      Computes operators whose inputs are all constant, such as a normalisation of frozen weights, stores their results as \
      constants, and removes unused tensors and buffers. The LiteRT runtime computes the results, so that they are \
      bit-identical to those of every run. Weights that were stored in fewer bits take more space.

      EXAMPLES
        imprint model fold model.tflite -o folded.tflite
      """)

  @Argument(help: "Model, a .tflite file.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let source = URL(filePath: model)
    let file = URL(filePath: output)
    try OutputFile.check(file, notReplacing: [source])
    let folding = try LocatedError.naming(source) {
      try ConstantFolding(of: Model(contentsOf: source), trial: ModelTrial.run)
    }
    for tensor in folding.unfolded.prefix(Self.shown) {
      Terminal.warn("\(tensor.tensor) is not folded: \(tensor.because)")
    }
    if case let more = folding.unfolded.count - Self.shown, more > 0 {
      Terminal.warn("\(more) more are not folded (--json prints all)")
    }
    let written = try PartReport.writing(folding.model, to: file)
    let report = Report(folded: folding.folded, unfolded: folding.unfolded.map(\.tensor), written: written)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  // The number of tensors that are printed.
  private static let shown = 20

  private struct Report: Encodable {
    let folded, unfolded: [String]
    let written: PartReport

    var text: String {
      let first = folded.prefix(FoldCommand.shown).map { "  \($0)" }
      let more = folded.count > first.count ? ["  … and \(folded.count - first.count) more (--json prints all)"] : []
      return (["Folded  \(Table.counted(folded.count, "tensor", "tensors"))"] + first + more + [written.text])
        .joined(separator: "\n")
    }
  }
}
