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
