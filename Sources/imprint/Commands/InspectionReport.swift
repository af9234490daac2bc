import Imprinting
import ModelSurgery
import TFLite

/// What `inspect` prints.
struct InspectionReport: Encodable {
  struct ImprintedRow: Encodable {
    let id: Int
    let label: String
    /// How many pictures the class was made from, or nil where the file does not say.
    let pictures: Int?
    let norm: Double
  }

  let model: ModelSummary
  let labels: [Int: String]
  let imprinted: [ImprintedRow]
  let resize: String?

  init(_ model: Model) {
    self.model = ModelSummary(model)
    let labels = model.imprintedLabels ?? Labels()
    self.labels = labels.names
    imprinted = model.imprintedClasses.sorted { $0.key < $1.key }.map { id, made in
      ImprintedRow(id: id, label: labels[id], pictures: made.pictures, norm: made.norm)
    }
    resize = model.imprintedResize?.description
  }

  var text: String {
    var lines: [String] = []
    for (number, graph) in model.graphs.enumerated() {
      if model.graphs.count > 1 { lines.append("Graph \(number) \(graph.name)") }
      lines += graph.inputs.map { "Input   \(tensor($0, in: graph))" }
      lines += graph.outputs.map { "Output  \(tensor($0, in: graph))" }
      lines.append("\nOperators")
      lines += graph.operators.map { op(of: $0) }
      lines.append("\nTensors")
      lines += graph.tensors.map { "  \(Table.right(String($0.index), 4))  \(tensor(Int32($0.index), in: graph))" }
    }
    lines.append("")
    if let head = model.head {
      lines.append(
        "Head    imprinted layout: \(head.classes) classes, \(head.dimension) elements an embedding, "
          + "scale \(Decimals.string(Double(head.scale), places: 1)), \(head.rows)")
    } else {
      lines.append("Head    none that can be imprinted as it is")
    }
    if !imprinted.isEmpty {
      lines.append("Imprinted classes")
      lines += imprinted.map { row in
        "  \(Table.right(String(row.id), 4))  \(row.label)  "
          + (row.pictures.map { "\($0) pictures, " } ?? "") + "norm \(Decimals.string(row.norm, places: 3))"
      }
    }
    if !labels.isEmpty { lines.append("Labels  \(labels.count)") }
    if let resize { lines.append("Resize  \(resize)") }
    if imprinted.isEmpty, !model.description.isEmpty { lines.append("About   \(model.description)") }
    if !model.signatures.isEmpty { lines.append("Signatures  \(model.signatures.joined(separator: ", "))") }
    if !model.metadata.isEmpty {
      lines.append("Metadata  " + model.metadata.map { "\($0.name) (\($0.bytes) bytes)" }.joined(separator: ", "))
    }
    if model.trailingBytes > 0 { lines.append("Behind the model  \(model.trailingBytes) bytes") }
    return lines.joined(separator: "\n")
  }

  private func tensor(_ index: Int32, in graph: ModelSummary.GraphSummary) -> String {
    guard let place = Int(exactly: index), graph.tensors.indices.contains(place) else { return "none" }
    let tensor = graph.tensors[place]
    return [
      tensor.type, "\(tensor.shape)", tensor.quantization ?? "",
      tensor.constantBytes.map { "constant, \($0) bytes" } ?? "",
      tensor.name,
    ].filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private func op(of op: ModelSummary.OperatorSummary) -> String {
    let wiring =
      "\(op.inputs.map(String.init).joined(separator: " ")) → \(op.outputs.map(String.init).joined(separator: " "))"
    let name = op.version > 1 ? "\(op.name) v\(op.version)" : op.name
    return [
      "  \(Table.right(String(op.index), 4))  \(name)", wiring, op.options ?? "",
      op.customOptionBytes.map { "\($0) bytes of options" } ?? "",
    ].filter { !$0.isEmpty }.joined(separator: "  ")
  }
}
