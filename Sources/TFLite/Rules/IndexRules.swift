/// The rules that tie the parts of a model together: each index points to something.
struct IndexRules {
  private let model: Model
  private let externalBuffers: Set<UInt32>

  init(_ model: Model) {
    self.model = model
    externalBuffers = Set(model.externalBuffers.map(\.id))
  }

  func check() throws(Violation) {
    try Violation.check(each: model.subgraphs, of: "subgraphs", check)
    try indices(model.metadataBuffer, "metadata_buffer", of: model.buffers.count, "buffers")
    try Violation.check(each: model.metadata, of: "metadata") { metadata throws(Violation) in
      try index(metadata.buffer, "buffer", of: model.buffers.count, "buffers")
    }
    try Violation.check(each: model.signatureDefs, of: "signature_defs", check)
    try Violation.check(each: model.externalBuffers, of: "external_buffers") { buffer throws(Violation) in
      try index(buffer.group, "group", of: model.externalBufferGroups.count, "external_buffer_groups")
    }
  }

  private func check(_ graph: SubGraph) throws(Violation) {
    let count = graph.tensors.count
    try indices(graph.inputs, "inputs", of: count, "tensors")
    try indices(graph.outputs, "outputs", of: count, "tensors")
    try Violation.check(each: graph.tensors, of: "tensors") { tensor throws(Violation) in
      try check(tensor, tensors: count)
    }
    try Violation.check(each: graph.operators, of: "operators") { op throws(Violation) in
      try check(op, tensors: count)
    }
  }

  private func check(_ tensor: Tensor, tensors count: Int) throws(Violation) {
    if tensor.buffer != 0 { try index(tensor.buffer, "buffer", of: model.buffers.count, "buffers") }
    if tensor.externalBuffer != 0, !externalBuffers.contains(tensor.externalBuffer) {
      throw Violation(
        field: "external_buffer", problem: .wrong("is \(tensor.externalBuffer), which names no external buffer"))
    }
    let (scales, zeroPoints): (Int32, Int32)
    switch tensor.quantization?.details {
    case .blockwise(let blockwise): (scales, zeroPoints) = (blockwise.scales, blockwise.zeroPoints)
    case .multiAxis(let multiAxis): (scales, zeroPoints) = (multiAxis.scales, multiAxis.zeroPoints)
    case .custom, .empty, .unknown, nil: return
    }
    try index(scales, "quantization.details.scales", of: count, "tensors")
    if zeroPoints != -1 { try index(zeroPoints, "quantization.details.zero_points", of: count, "tensors") }
  }

  private func check(_ op: Operator, tensors count: Int) throws(Violation) {
    try index(op.opcodeIndex, "opcode_index", of: model.operatorCodes.count, "operator_codes")
    try indices(op.inputs, "inputs", of: count, "tensors", areOptional: true)
    try indices(op.outputs, "outputs", of: count, "tensors")
    try indices(op.intermediates, "intermediates", of: count, "tensors")
    try Violation.check(op.options, of: "builtin_options", check)
    try Violation.check(op.options2, of: "builtin_options_2", check)
  }

  private func check(_ options: OperatorOptions) throws(Violation) {
    for (slot, option) in options.kind.fields.enumerated() where option.isSubgraphIndex {
      let count = model.subgraphs.count
      switch options.value(at: slot) {
      case .integer(-1) where option.isOptional: break
      case .integer(let graph): try index(graph, option.name, of: count, "subgraphs")
      case .integers(let graphs): try indices(graphs, option.name, of: count, "subgraphs")
      default: break
      }
    }
  }

  private func check(_ signature: SignatureDef) throws(Violation) {
    try index(signature.subgraphIndex, "subgraph_index", of: model.subgraphs.count, "subgraphs")
    let count = model.subgraphs[Int(signature.subgraphIndex)].tensors.count
    for (maps, field) in [(signature.inputs, "inputs"), (signature.outputs, "outputs")] {
      try Violation.check(each: maps, of: field) { map throws(Violation) in
        try index(map.tensorIndex, "tensor_index", of: count, "tensors")
      }
    }
  }

  private func indices(
    _ indices: [some BinaryInteger], _ field: String, of count: Int, _ things: String, areOptional: Bool = false
  ) throws(Violation) {
    for (place, value) in indices.enumerated() where !(areOptional && value == -1) {
      guard value < 0 || value >= count else { continue }
      try index(value, "\(field)[\(place)]", of: count, things)
    }
  }

  /// Checks that an index is one of `count` elements.
  private func index(
    _ index: some BinaryInteger, _ field: String, of count: Int, _ things: String
  ) throws(Violation) {
    guard index < 0 || index >= count else { return }
    throw Violation(field: field, problem: .wrong("is \(index), and there are \(count) \(things)"))
  }
}
