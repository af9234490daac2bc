import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cut a model in two: a base, and the head behind it.",
    discussion: """
      What the base gives is what the head takes; 'imprint model join' puts both together again. Constants that both need \
      are in both. Labels and what was learnt go with the head.

      EXAMPLES
        imprint model split classifier.tflite --at embedding -o base.tflite head.tflite
        imprint model split classifier.tflite --at MobilenetV1/Logits/AvgPool_1a/AvgPool -o base.tflite head.tflite
      """)

  @Argument(help: "The model, a .tflite file.")
  var model: String

  @Option(
    help: """
      The tensor to cut at: its name, its number as 'imprint inspect' shows it, or 'embedding' for the vector that the \
      last layer reads. May be given several times.
      """)
  var at: [String]

  @Option(
    name: [.short, .long], parsing: .upToNextOption,
    help: ArgumentHelp("The two models to write: the base and the head.", valueName: "base> <head"))
  var output: [String]

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard output.count == 2 else {
      throw ValidationError("--output takes two files, the base and the head, and was given \(output.count)")
    }
  }

  func run() throws {
    let source = URL(filePath: model)
    let files = output.map { URL(filePath: $0) }
    guard !OutputFile.isSame(files[0], files[1]) else {
      throw ValidationError("--output names the same file twice: choose another name for one")
    }
    for file in files { try OutputFile.check(file, notReplacing: [source]) }
    let whole = try Model(contentsOf: source)
    let cuts = try at.map { try $0 == "embedding" ? whole.embedding() : whole.computedTensor(named: $0) }
    let (base, head) = try whole.split(at: cuts)
    let reports = [try PartReport.writing(base, to: files[0]), try PartReport.writing(head, to: files[1])]
    try Terminal.print(json ? Terminal.json(reports) : reports.map(\.text).joined(separator: "\n"))
  }
}
