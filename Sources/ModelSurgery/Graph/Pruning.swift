public import TFLite

extension Model {
  /// Returns the part of the model that computes one tensor of the main subgraph, with that tensor as its only output.
  ///
  /// Operators, tensors, buffers and operator codes that are no longer needed are dropped and the remaining ones
  /// renumbered; the signatures of the main subgraph get the new output under the name of their first output. Metadata
  /// is not changed.
  ///
  /// - Complexity: O(operators × tensors) at worst, no weights are copied.
  public func cut(at output: Int32) -> Model {
    var model = self
    guard let graph = mainSubgraph, graph.tensor(output) != nil else { return self }
    model.subgraphs[0].outputs = [output]
    for index in model.signatureDefs.indices where model.signatureDefs[index].subgraphIndex == 0 {
      let name = model.signatureDefs[index].outputs.first?.name ?? graph.tensor(output)?.name
      model.signatureDefs[index].outputs = [TensorMap(name: name, tensorIndex: UInt32(clamping: output))]
    }
    model.dropUnused()
    return model
  }

  /// Drops the operators, tensors, operator codes and buffers that the main subgraph's outputs do not need. The inputs
  /// stay, used or not.
  mutating func dropUnused() {
    guard !subgraphs.isEmpty else { return }
    dropUnusedOperators()
    dropUnusedTensors()
    dropUnusedOperatorCodes()
    dropUnusedBuffers()
  }

  private mutating func dropUnusedOperators() {
    var needed = Set(subgraphs[0].outputs)
    var kept: [Operator] = []
    // Operators are in the order in which they run.
    for op in subgraphs[0].operators.reversed() where op.outputs.contains(where: needed.contains) {
      needed.formUnion(op.inputs)
      kept.append(op)
    }
    subgraphs[0].operators = kept.reversed()
  }

  mutating func dropUnusedTensors() {
    let graph = subgraphs[0]
    var used = Set(graph.inputs).union(graph.outputs)
    for op in graph.operators {
      used.formUnion(op.inputs)
      used.formUnion(op.outputs)
      used.formUnion(op.intermediates)
    }
    // Some kinds of quantisation store their scales in separate tensors.
    for index in used { used.formUnion(graph.tensor(index)?.quantization?.details?.tensors ?? []) }
    var renumbered: [Int32: Int32] = [-1: -1]
    var tensors: [Tensor] = []
    for (index, tensor) in graph.tensors.enumerated() where used.contains(Int32(index)) {
      renumbered[Int32(index)] = Int32(tensors.count)
      tensors.append(tensor)
    }
    let renumber = { (indices: [Int32]) in indices.map { renumbered[$0] ?? -1 } }
    for index in tensors.indices {
      tensors[index].quantization?.details?.renumber { renumbered[$0] ?? -1 }
    }
    subgraphs[0].tensors = tensors
    subgraphs[0].inputs = renumber(graph.inputs)
    subgraphs[0].outputs = renumber(graph.outputs)
    for index in subgraphs[0].operators.indices {
      subgraphs[0].operators[index].inputs = renumber(graph.operators[index].inputs)
      subgraphs[0].operators[index].outputs = renumber(graph.operators[index].outputs)
      subgraphs[0].operators[index].intermediates = renumber(graph.operators[index].intermediates)
    }
    let renumberMaps = { (maps: [TensorMap]) in
      maps.compactMap { map -> TensorMap? in
        guard let tensor = renumbered[Int32(clamping: map.tensorIndex)] else { return nil }
        var map = map
        map.tensorIndex = UInt32(clamping: tensor)
        return map
      }
    }
    for index in signatureDefs.indices where signatureDefs[index].subgraphIndex == 0 {
      signatureDefs[index].inputs = renumberMaps(signatureDefs[index].inputs)
      signatureDefs[index].outputs = renumberMaps(signatureDefs[index].outputs)
    }
  }

  mutating func dropUnusedOperatorCodes() {
    let used = Set(subgraphs.flatMap { $0.operators.map(\.opcodeIndex) })
    var renumbered: [UInt32: UInt32] = [:]
    var codes: [OperatorCode] = []
    for (index, code) in operatorCodes.enumerated() where used.contains(UInt32(index)) {
      renumbered[UInt32(index)] = UInt32(codes.count)
      codes.append(code)
    }
    operatorCodes = codes
    for graph in subgraphs.indices {
      for op in subgraphs[graph].operators.indices {
        let old = subgraphs[graph].operators[op].opcodeIndex
        subgraphs[graph].operators[op].opcodeIndex = renumbered[old] ?? old
      }
    }
  }

  mutating func dropUnusedBuffers() {
    // The first buffer is the empty one by convention, whether used or not.
    var used: Set<UInt32> = [0]
    for graph in subgraphs { used.formUnion(graph.tensors.map(\.buffer)) }
    used.formUnion(metadata.map(\.buffer))
    used.formUnion(metadataBuffer.compactMap { UInt32(exactly: $0) })
    var renumbered: [UInt32: UInt32] = [:]
    var kept: [Buffer] = []
    for (index, buffer) in buffers.enumerated() where used.contains(UInt32(index)) {
      renumbered[UInt32(index)] = UInt32(kept.count)
      kept.append(buffer)
    }
    buffers = kept
    for graph in subgraphs.indices {
      for tensor in subgraphs[graph].tensors.indices {
        let old = subgraphs[graph].tensors[tensor].buffer
        subgraphs[graph].tensors[tensor].buffer = renumbered[old] ?? old
      }
    }
    for index in metadata.indices { metadata[index].buffer = renumbered[metadata[index].buffer] ?? 0 }
    metadataBuffer = metadataBuffer.map { old in
      UInt32(exactly: old).flatMap { renumbered[$0] }.map(Int32.init(clamping:)) ?? old
    }
  }
}

extension QuantizationDetails {
  /// The tensors with the scales and zero points.
  var tensors: [Int32] {
    switch self {
    case .blockwise(let blockwise): [blockwise.scales, blockwise.zeroPoints].filter { $0 >= 0 }
    case .multiAxis(let multiAxis): [multiAxis.scales, multiAxis.zeroPoints].filter { $0 >= 0 }
    case .custom, .empty, .unknown: []
    }
  }

  /// Renumbers those tensors.
  mutating func renumber(_ number: (Int32) -> Int32) {
    switch self {
    case .blockwise(var blockwise):
      blockwise.scales = number(blockwise.scales)
      blockwise.zeroPoints = number(blockwise.zeroPoints)
      self = .blockwise(blockwise)
    case .multiAxis(var multiAxis):
      multiAxis.scales = number(multiAxis.scales)
      multiAxis.zeroPoints = number(multiAxis.zeroPoints)
      self = .multiAxis(multiAxis)
    case .custom, .empty, .unknown: break
    }
  }
}
