import Imprinting
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A model that was written by taking another apart or putting two together.
struct PartReport: Encodable {
  let model: String
  let bytes: Int
  let operators: Int
  let inputs, outputs: [String]
  private let place: String

  private enum CodingKeys: CodingKey {
    case model, bytes, operators, inputs, outputs
  }

  init(_ part: Model, bytes: Int, file: URL) {
    model = file.path
    place = file.relativePath
    self.bytes = bytes
    let graph = part.mainSubgraph ?? SubGraph()
    operators = graph.operators.count
    let words = { (index: Int32) in
      let tensor = graph.tensor(index)
      return "\(graph.label(of: index)) \(tensor?.type.name ?? "") \(tensor?.shape ?? [])"
    }
    inputs = graph.inputs.map(words)
    outputs = graph.outputs.map(words)
  }

  /// Writes a model and says what it is.
  static func writing(_ part: Model, to file: URL) throws -> PartReport {
    let serialized = try part.serialized()
    try serialized.write(to: file)
    return PartReport(part, bytes: serialized.count, file: file)
  }

  private var size: String {
    let (unit, name) = bytes < 100_000 ? (1e3, "kB") : (1e6, "MB")
    return "\(Decimals.string(Double(bytes) / unit, places: 1)) \(name)"
  }

  var text: String {
    let first = "Model   \(place), \(size), \(Table.counted(operators, "operator", "operators"))"
    let ends = inputs.map { "  takes \($0)" } + outputs.map { "  gives \($0)" }
    return ([first] + ends).joined(separator: "\n")
  }
}
