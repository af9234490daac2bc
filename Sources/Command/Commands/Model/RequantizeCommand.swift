import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct RequantizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requantize",
    abstract: "Rewrite a uint8 model to int8, which many processors run faster.",
    discussion: """
      Older quantised models, such as Coral's, store the weights of a layer as uint8 with one scale. Processors with 8-bit \
      dot products run int8 weights with one scale per channel faster. Nearly all weights are converted exactly, and \
      no pictures are needed. Models compiled for the Edge TPU are not changed.

      EXAMPLES
        imprint model requantize mobilenet_quant.tflite -o int8.tflite
        imprint model requantize mobilenet_quant.tflite --io int8 -o int8.tflite
      """)

  @Argument(help: "Model with uint8 weights, a .tflite file.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Type of the inputs and outputs.", valueName: "type"))
  var io = ByteType.uint8

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try requantize() }
  }

  private func requantize() throws {
    let output = URL(filePath: output)
    let file = URL(filePath: model)
    try OutputFile.check(output, notReplacing: [file])
    let bytes = try Bytes(mapping: file)
    let requantization = try LocatedError.naming(file) {
      try Requantization(Model(contentsOf: file), interface: io == .int8 ? .signed : .kept)
    }
    guard !requantization.report.isUnchanged else {
      throw UsageError(
        """
        there is nothing to rewrite in \(file.relativePath): no layer with uint8 weights and a single scale runs on the \
        processor
        """, remedy: "use the model without changes")
    }
    let serialized = try requantization.model.serialized()
    try serialized.write(to: output)
    let report = RequantizationReport(
      requantization, bytesBefore: bytes.count, bytesAfter: serialized.count, output: output)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

/// What `model requantize` prints.
struct RequantizationReport: Encodable {
  struct Unchanged: Encodable {
    let name: String
    let count: Int
  }

  let layers, channels, exactChannels, operators, conversions: Int
  /// The operators that were not changed.
  let unchanged: [Unchanged]
  let bytesBefore, bytesAfter: Int
  let inputs, outputs: [String]
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case layers, channels, exactChannels, operators, conversions, unchanged, bytesBefore, bytesAfter, inputs, outputs,
      model
  }

  init(_ requantization: Requantization, bytesBefore: Int, bytesAfter: Int, output: URL) {
    let report = requantization.report
    let graph = requantization.model.mainSubgraph ?? SubGraph()
    let names = { (tensors: [Int32]) in tensors.compactMap { graph.tensor($0)?.type.name.lowercased() } }
    layers = report.layers
    channels = report.channels
    exactChannels = report.exactChannels
    operators = report.operators
    conversions = report.conversions
    unchanged = report.left.map { Unchanged(name: $0.name, count: $0.count) }
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    inputs = names(graph.inputs)
    outputs = names(graph.outputs)
    model = output.path
    place = output.relativePath
  }

  var text: String {
    var lines = [
      "Rewritten  \(Table.counted(operators, "operator", "operators")) to int8, \(layers) of them with weights"
    ]
    if channels > 0 {
      lines.append("Exact      \(exactChannels) of \(channels) channels; the weights of the others are rounded")
    }
    if !unchanged.isEmpty {
      lines.append("Unchanged  " + unchanged.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
    }
    let (inputs, outputs) = (inputs.joined(separator: ", "), outputs.joined(separator: ", "))
    lines.append("Types      input \(inputs), output \(outputs); \(conversions) QUANTIZE added")
    lines.append("Model      \(place), \(Table.megabytes(bytesAfter)), before \(Table.megabytes(bytesBefore))")
    return lines.joined(separator: "\n")
  }
}
