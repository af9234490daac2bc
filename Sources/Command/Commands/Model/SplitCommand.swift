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
    abstract: "Split a model into a base and a head.",
    discussion: """
      The outputs of the base are the inputs of the head; 'imprint model join' joins both again. Constants that both parts \
      use are copied to both. Labels and training metadata go with the head.

      EXAMPLES
        imprint model split whole.tflite --at embedding -o base.tflite head.tflite
        imprint model split whole.tflite --at 87 -o base.tflite head.tflite
      """)

  @Argument(help: "Model, a .tflite file.")
  var model: String

  @Option(
    help: ArgumentHelp(
      """
      Tensor to split at: its name, its number as printed by 'imprint inspect', or 'embedding' for the input of the last \
      layer. Can be repeated.
      """, valueName: "tensor"))
  var at: [String]

  @Option(
    name: [.short, .long], parsing: .upToNextOption,
    help: ArgumentHelp("The two models to write.", valueName: "base> <head"))
  var output: [String]

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard output.count == 2 else {
      throw ValidationError("--output takes two files, the base and the head; \(output.count) given")
    }
  }

  func run() throws {
    let source = URL(filePath: model)
    let files = output.map { URL(filePath: $0) }
    guard !OutputFile.isSame(files[0], files[1]) else {
      throw UsageError("--output names the same file twice", remedy: "choose another name for one of them")
    }
    for file in files { try OutputFile.check(file, notReplacing: [source]) }
    let whole = try Model(contentsOf: source)
    let cuts = try at.map { try $0 == "embedding" ? whole.embedding() : whole.computedTensor(named: $0) }
    let (base, head) = try whole.split(at: cuts)
    let reports = [try PartReport.writing(base, to: files[0]), try PartReport.writing(head, to: files[1])]
    try Terminal.print(json ? Terminal.json(reports) : reports.map(\.text).joined(separator: "\n"))
  }
}
