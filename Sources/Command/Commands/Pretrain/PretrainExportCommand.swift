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
    abstract: "Export a checkpoint to a .tflite model for imprinting.",
    discussion: """
      A network trained with --quantize becomes a quantised model of that type, any other a float model. The model has \
      Coral's layout, which 'imprint train' and the Edge TPU tools accept.

      EXAMPLES
        imprint pretrain export run/best.safetensors -o base.tflite
        imprint pretrain export model.ckpt-1000 --labels labels.txt -o base.tflite
        imprint train --model base.tflite --data flowers --output flowers.tflite
      """)

  @OptionGroup var source: CheckpointOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Names of the classes of a TensorFlow checkpoint, such as the labels.txt beside its TFRecord files.",
      valueName: "file"))
  var labels: String?

  @Flag(help: "Write a float model even if the network was trained with --quantize.")
  var float = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard !float || source.quantize == nil else { throw ValidationError("--float and --quantize exclude each other") }
  }

  func run() throws {
    let output = URL(filePath: output)
    let file = source.url
    try OutputFile.check(output, notReplacing: [file])
    let names = try labels.map { try TrainingData.names(inLabelFile: URL(filePath: $0)) }
    let checkpoint = try source.read(labels: names ?? [])
    if let names, names != checkpoint.labels {
      throw TrainingError.otherClasses(trained: checkpoint.labels, found: names)
    }
    let network = try checkpoint.network()
    let grid = float ? nil : checkpoint.settings.fakeQuantization?.grid
    if grid != nil, checkpoint.ranges.isEmpty { throw TrainingError.notQuantized(path: file.relativePath) }
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

/// What `pretrain export` prints.
struct ExportReport: Encodable {
  let file, architecture: String
  let side: Int
  let type: String
  let classes, bytes: Int
  let testAccuracy: Double?

  var text: String {
    var lines = [
      "\(architecture), input \(side) x \(side), \(type), \(classes) classes, \(bytes) bytes"
    ]
    if let testAccuracy {
      lines.append("Test accuracy in training \(Table.percent(testAccuracy))")
    }
    return (lines + ["Model  \(file)"]).joined(separator: "\n")
  }
}
