import ArgumentParser
import ModelSurgery
import TFLite
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct PretrainExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the network of a checkpoint as a .tflite file that can be imprinted.",
    discussion: """
      A network that was trained with --quantize is written in the bytes that it was trained for, any other in floats. \
      The file has Coral's layout: 'imprint train' and the Edge TPU's tools take it as it is.

      EXAMPLES
        imprint pretrain export run/best.safetensors -o base.tflite
        imprint train --model base.tflite --data flowers --output flowers.tflite
      """)

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @Option(name: [.short, .long], help: "The model to write.")
  var output: String

  @Flag(help: "Write floats even where the network was trained for bytes.")
  var float = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let output = URL(filePath: output)
    let file = URL(filePath: checkpoint)
    try OutputFile.check(output, notReplacing: [file])
    let checkpoint = try Checkpoint(contentsOf: file)
    let network = try checkpoint.network()
    let grid = float ? nil : checkpoint.settings.rounding?.grid
    if grid != nil, checkpoint.ranges.isEmpty { throw TrainingError.notRounded(path: file.relativePath) }
    let model =
      if let grid { try network.quantizedModel(ranges: checkpoint.ranges, grid: grid) } else {
        try network.floatModel()
      }
    let serialized = try model.serialized()
    try serialized.write(to: output)
    let report = ExportReport(
      file: output.relativePath, architecture: checkpoint.settings.architecture, side: checkpoint.settings.side,
      type: grid?.rawValue ?? "float32", classes: checkpoint.labels.count,
      bytes: serialized.pieces.reduce(0) { $0 + $1.count },
      testAccuracy: checkpoint.history.last?.testAccuracy)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

/// A model that was written of a checkpoint, for people and as JSON.
struct ExportReport: Encodable {
  let file, architecture: String
  let side: Int
  let type: String
  let classes, bytes: Int
  let testAccuracy: Double?

  var text: String {
    var lines = [
      "\(architecture) for pictures of \(side) by \(side), \(type), \(classes) classes, \(bytes) bytes"
    ]
    if let testAccuracy {
      lines.append("Of its test pictures it named \(Table.percent(testAccuracy)) right in training")
    }
    return (lines + ["Model  \(file)"]).joined(separator: "\n")
  }
}
