/// The rules that each part of a model must meet to be written: nothing is newer than the known schema, and each value
/// fits its field.
struct ValueRules {
  private let model: Model

  init(_ model: Model) { self.model = model }

  func check() throws(Violation) {
    try refuse(model.newerFields)
    try Violation.check(each: model.operatorCodes, of: "operator_codes") { code throws(Violation) in
      try refuse(code.newerFields)
    }
    try Violation.check(each: model.subgraphs, of: "subgraphs", check)
    try Violation.check(each: model.buffers, of: "buffers", check)
    try Violation.check(each: model.metadata, of: "metadata") { metadata throws(Violation) in
      try refuse(metadata.newerFields)
    }
    try Violation.check(each: model.signatureDefs, of: "signature_defs", check)
    try Violation.check(each: model.externalBufferGroups, of: "external_buffer_groups") { group throws(Violation) in
      try refuse(group.newerFields)
    }
    try Violation.check(each: model.externalBuffers, of: "external_buffers") { buffer throws(Violation) in
      try refuse(buffer.newerFields)
    }
  }

  private func check(_ graph: SubGraph) throws(Violation) {
    try refuse(graph.newerFields)
    try Violation.check(each: graph.tensors, of: "tensors") { tensor throws(Violation) in
      try refuse(tensor.newerFields)
      try Violation.check(each: tensor.variantTensors, of: "variant_tensors") { type throws(Violation) in
        try refuse(type.newerFields)
      }
      try Violation.check(tensor.quantization, of: "quantization", check)
      try Violation.check(tensor.sparsity, of: "sparsity", check)
    }
    try Violation.check(each: graph.operators, of: "operators", check)
  }

  private func check(_ quantization: QuantizationParameters) throws(Violation) {
    try refuse(quantization.newerFields)
    try Violation.check(quantization.details, of: "details") { details throws(Violation) in
      switch details {
      case .custom(let custom): try refuse(custom.newerFields)
      case .blockwise(let blockwise): try refuse(blockwise.newerFields)
      case .multiAxis(let multiAxis): try refuse(multiAxis.newerFields)
      case .unknown(let number): throw Violation(problem: .newer("QuantizationDetails(\(number))"))
      case .empty: break
      }
    }
  }

  private func check(_ sparsity: SparsityParameters) throws(Violation) {
    try refuse(sparsity.newerFields)
    try Violation.check(each: sparsity.dimMetadata, of: "dim_metadata") { dimension throws(Violation) in
      try refuse(dimension.newerFields)
      try Violation.check(dimension.arraySegments, of: "array_segments", check)
      try Violation.check(dimension.arrayIndices, of: "array_indices", check)
    }
  }

  private func check(_ indices: SparseIndexVector) throws(Violation) {
    try refuse(indices.newerFields)
    guard let size = indices.width.byteCount else {
      throw Violation(problem: .newer("SparseIndexVector(\(indices.width.number))"))
    }
    if let data = indices.data, data.count % size != 0 {
      throw Violation(problem: .wrong("has \(data.count) bytes, not a multiple of \(size)"))
    }
  }

  private func check(_ op: Operator) throws(Violation) {
    try refuse(op.newerFields)
    try Violation.check(op.options, of: "builtin_options") { options throws(Violation) in
      try check(options, of: .builtinOptions)
    }
    try Violation.check(op.options2, of: "builtin_options_2") { options throws(Violation) in
      try check(options, of: .builtinOptions2)
    }
    if op.customOptions == nil, op.largeCustomOptionsOffset > 1 {
      throw Violation(
        field: "large_custom_options_offset", problem: .wrong("locates options that the operator does not have"))
    }
  }

  private func check(_ options: OperatorOptions, of union: OptionsKind.Union) throws(Violation) {
    guard options.kind.isKnown else { throw Violation(problem: .newer("\(options.kind)")) }
    guard options.kind.union == union else {
      throw Violation(problem: .wrong("holds \(options.kind), which belongs to the other options field"))
    }
    try refuse(options.newerFields, of: options.kind.description)
  }

  private func check(_ buffer: Buffer) throws(Violation) {
    try refuse(buffer.newerFields)
    if buffer.data == nil, buffer.storedOffset > 1 {
      throw Violation(field: "offset", problem: .wrong("locates data that the buffer does not have"))
    }
  }

  private func check(_ signature: SignatureDef) throws(Violation) {
    try refuse(signature.newerFields)
    for (maps, field) in [(signature.inputs, "inputs"), (signature.outputs, "outputs")] {
      try Violation.check(each: maps, of: field) { map throws(Violation) in try refuse(map.newerFields) }
    }
  }

  private func refuse(_ newer: FieldSet, of table: String? = nil) throws(Violation) {
    guard !newer.isEmpty else { return }
    let numbers = newer.slots.map(String.init).joined(separator: ", ")
    let owner = table.map { " of \($0)" } ?? ""
    throw Violation(problem: .newer("field \(numbers)\(owner)"))
  }
}
