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

struct RequantizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requantize",
    abstract: "Rewrite a uint8 model as int8, which processors with 8-bit dot products run faster.",
    discussion: """
      Older quantised models, those of the Coral world among them, store a layer's weights as uint8 with one scale. \
      Processors have instructions for int8 weights with one scale a channel. Nearly all weights are carried over \
      exactly, and nothing is measured: no pictures are needed. An Edge TPU model stays as it is.

      EXAMPLES
        imprint model requantize mobilenet_v2_1.0_224_quant.tflite -o mobilenet_v2_int8.tflite
        imprint model requantize mobilenet_v2_1.0_224_quant.tflite --io int8 -o mobilenet_v2_int8.tflite
      """)

  @Argument(help: "The uint8 model, a .tflite file.")
  var model: String

  @Option(name: [.customShort("o"), .long], help: "The model to write.")
  var output: String

  @Option(help: "The bytes that the model takes and gives: \(ByteType.words).")
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
    let requantization = try Requantization(Model(bytes: bytes), interface: io == .int8 ? .signed : .kept)
    guard !requantization.report.isUnchanged else {
      throw ValidationError(
        """
        There is nothing to rewrite in \(file.relativePath): it has no layer of uint8 weights with one scale that runs \
        on a processor. Use the model as it is
        """)
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
  struct Left: Encodable {
    let name: String
    let count: Int
  }

  let layers, channels, exactChannels, operators, conversions: Int
  /// The operators that stay as they were.
  let left: [Left]
  let bytesBefore, bytesAfter: Int
  let inputs, outputs: [String]
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case layers, channels, exactChannels, operators, conversions, left, bytesBefore, bytesAfter, inputs, outputs, model
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
    left = report.left.map { Left(name: $0.name, count: $0.count) }
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    inputs = names(graph.inputs)
    outputs = names(graph.outputs)
    model = output.path
    place = output.relativePath
  }

  var text: String {
    let megabytes = { (bytes: Int) in Decimals.string(Double(bytes) / 1e6, places: 1) + " MB" }
    var lines = [
      "Rewritten  \(Table.counted(operators, "operator", "operators")) as int8, \(layers) of them layers with weights"
    ]
    if channels > 0 {
      lines.append("Exact      \(exactChannels) of \(channels) channels; the weights of the others are rounded anew")
    }
    if !left.isEmpty {
      lines.append("Left       " + left.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
    }
    let (taken, given) = (inputs.joined(separator: ", "), outputs.joined(separator: ", "))
    lines.append("Takes      \(taken); gives \(given); \(conversions) QUANTIZE added")
    lines.append("Model      \(place), \(megabytes(bytesAfter)) of \(megabytes(bytesBefore))")
    return lines.joined(separator: "\n")
  }
}
