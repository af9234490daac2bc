import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A model that was written, and its inputs and outputs.
struct PartReport: Encodable {
  /// An input or output.
  struct End: Encodable {
    /// The tensor's name, if it has one.
    let name: String?
    let number: Int32
    let type: String
    let shape: [Int32]
    fileprivate let label: String

    private enum CodingKeys: CodingKey {
      case name, number, type, shape
    }

    fileprivate init(_ number: Int32, of graph: SubGraph) {
      let tensor = graph.tensor(number)
      name = tensor?.name.flatMap { $0.isEmpty ? nil : $0.string }
      self.number = number
      type = tensor?.type.name ?? ""
      shape = tensor?.shape ?? []
      label = graph.label(of: number)
    }

    fileprivate var text: String { "\(label) \(type) \(shape)" }
  }

  let model: String
  let bytes: Int
  let operators: Int
  let inputs, outputs: [End]
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
    inputs = graph.inputs.map { End($0, of: graph) }
    outputs = graph.outputs.map { End($0, of: graph) }
  }

  /// Writes a model and returns its report.
  static func writing(_ part: Model, to file: URL) throws -> PartReport {
    let serialized = try part.serialized()
    try serialized.write(to: file)
    return PartReport(part, bytes: serialized.count, file: file)
  }

  var text: String {
    let first = "Model   \(place), \(Table.size(bytes)), \(Table.counted(operators, "operator", "operators"))"
    let ends = inputs.map { "  input   \($0.text)" } + outputs.map { "  output  \($0.text)" }
    return ([first] + ends).joined(separator: "\n")
  }
}
