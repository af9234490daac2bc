public import TFLite

extension Model {
  /// The model in the form in which the runtime takes one picture a run, or nil where it has that form already.
  ///
  /// - A dimension that the file leaves free becomes what the tensor's `shape` says; a batch of −1 becomes 1.
  /// - A RESHAPE whose shape was computed from the free dimensions gets a constant instead.
  /// - A batch of several pictures becomes 1, also in the constants and options of RESHAPE.
  /// - A signature whose tensors are not the inputs and outputs of its graph is left out: exporters that quantise a model
  ///   renumber the tensors and forget the signatures. Without one the runtime takes the graph's own.
  /// - A FULLY_CONNECTED that reads a feature map as one vector gets a RESHAPE before it, so that the vector is a tensor.
  /// - Graphs beside the first that no operator runs are left out, with their signatures.
  /// - A tensor with scales and without zero points gets zero points of 0.
  /// - A per-channel dimension that the tensor does not have becomes its only one: an early converter wrote that of the
  ///   weights to the biases, and the runtime refuses it.
  ///
  /// The weights and what the model computes stay the same.
  public var runnableForm: Model? {
    let graphs = subgraphs.map(\.withFixedShapes)
    let signatures = signatureDefs.filter(agrees)
    var model = self
    for (index, graph) in graphs.enumerated() { if let graph { model.subgraphs[index] = graph } }
    if graphs.first.flatMap({ $0 }) != nil { model.fixComputedShapes() }
    model.signatureDefs = signatures
    let hasBatch = model.takeSinglePictures()
    let hasOthers = model.dropUnusedGraphs()
    let hasMaps = model.flattenFeatureMaps()
    let isChanged =
      hasBatch || hasOthers || hasMaps || graphs.contains { $0 != nil } || signatures.count < signatureDefs.count
    return isChanged ? model : nil
  }

  /// The names of the signatures that name other tensors than the inputs and outputs of their graphs.
  public var staleSignatures: [String] {
    signatureDefs.filter { !agrees($0) }.map { $0.signatureKey?.string ?? "" }
  }

  private func agrees(_ signature: SignatureDef) -> Bool {
    guard let place = Int(exactly: signature.subgraphIndex), subgraphs.indices.contains(place) else { return false }
    let graph = subgraphs[place]
    let places = { (maps: [TensorMap]) in maps.map { Int64($0.tensorIndex) }.sorted() }
    return places(signature.inputs) == graph.inputs.map(Int64.init).sorted()
      && places(signature.outputs) == graph.outputs.map(Int64.init).sorted()
  }

  /// Removes the graphs beside the first if no operator runs another graph; returns whether there were any.
  private mutating func dropUnusedGraphs() -> Bool {
    let runsOthers = mainSubgraph?.operators.contains { op in
      builtinOperator(of: op).map { OperatorForm.calls.contains($0) || $0 == .callOnce } ?? false
    }
    guard subgraphs.count > 1, runsOthers == false else { return false }
    subgraphs.removeSubrange(1...)
    signatureDefs.removeAll { $0.subgraphIndex != 0 }
    return true
  }

  /// Gives a RESHAPE whose shape is computed from the shapes of other tensors that of its output.
  private mutating func fixComputedShapes() {
    guard let graph = mainSubgraph else { return }
    // The constants, and the tensors that follow from shapes and constants alone.
    var known = Set(graph.tensors.indices.filter { constant(graph.tensors[$0]) != nil }.map { Int32($0) })
    var fromShapes: Set<Int32> = []
    for (number, op) in graph.operators.enumerated() {
      guard let builtin = builtinOperator(of: op) else { continue }
      let isFromShapes =
        builtin == .shape
        || Self.shapeOperators.contains(builtin) && op.inputs.allSatisfy { $0 < 0 || known.contains($0) }
      if isFromShapes {
        known.formUnion(op.outputs)
        fromShapes.formUnion(op.outputs)
      }
      guard builtin == .reshape, op.inputs.count == 2, fromShapes.contains(op.inputs[1]),
        let shape = op.outputs.first.flatMap({ graph.tensor($0) })?.shape, shape.allSatisfy({ $0 > 0 })
      else { continue }
      var fixed = Tensor(shape: [Int32(clamping: shape.count)], type: .int32)
      fixed.buffer = appendBuffer(Bytes(shape))
      subgraphs[0].tensors.append(fixed)
      subgraphs[0].operators[number].inputs[1] = Int32(clamping: subgraphs[0].tensors.count - 1)
    }
  }

  // The operators with which exporters compute the shape of a RESHAPE.
  private static let shapeOperators: Set<BuiltinOperator> = [
    .stridedSlice, .slice, .gather, .pack, .concatenation, .mul, .reduceProd, .cast, .squeeze, .reshape,
  ]

  /// Adds a RESHAPE before each FULLY_CONNECTED that reads a feature map; returns whether there was any.
  private mutating func flattenFeatureMaps() -> Bool {
    guard let graph = mainSubgraph else { return false }
    var count = 0
    for (number, op) in graph.operators.enumerated().reversed() where builtinOperator(of: op) == .fullyConnected {
      guard op.inputs.count > 1, !graph.inputs.contains(op.inputs[0]), let map = graph.tensor(op.inputs[0]),
        let weights = graph.tensor(op.inputs[1]), weights.shape.count == 2, case let dimension = weights.shape[1],
        dimension > 1, map.elementCount == Int(dimension), map.shape.first == 1, !map.shape.contains(dimension),
        op.options.flatMap({ FullyConnectedOptions($0) })?.keepsDimensions != true
      else { continue }
      let shape = Tensor(shape: [2], type: .int32, buffer: appendBuffer(Bytes([1, dimension])))
      let vector = Tensor(shape: [1, dimension], type: map.type, quantization: map.quantization)
      subgraphs[0].tensors += [shape, vector]
      let index = Int32(clamping: subgraphs[0].tensors.count - 1)
      subgraphs[0].operators[number].inputs[0] = index
      let code = operatorCodeIndex(.reshape)
      subgraphs[0].operators.insert(
        Operator(opcodeIndex: code, inputs: [op.inputs[0], index - 1], outputs: [index]), at: number)
      count += 1
    }
    return count > 0
  }

  /// Replaces a batch of several pictures by one; returns whether there was such a batch.
  private mutating func takeSinglePictures() -> Bool {
    guard let graph = mainSubgraph, let (input, output) = try? onlyInputAndOutput(),
      let picture = graph.tensor(input)?.shape, picture.count == 4, let batch = picture.first, batch > 1,
      picture[1] == 3 || [1, 3].contains(picture[3]), let vector = graph.tensor(output)?.shape, vector.count > 1,
      vector.first == batch
    else { return false }
    // Only what is computed from the pictures has the batch: weights may have as many rows.
    var computed: Set<Int32> = [input]
    for op in graph.operators where op.inputs.contains(where: computed.contains) { computed.formUnion(op.outputs) }
    for (index, tensor) in graph.tensors.enumerated()
    where computed.contains(Int32(index)) && tensor.shape.count > 1 && tensor.shape.first == batch {
      subgraphs[0].tensors[index].shape[0] = 1
    }
    for (number, op) in graph.operators.enumerated()
    where builtinOperator(of: op) == .reshape && op.inputs.first.map(computed.contains) == true {
      if let options = op.options, var reshape = ReshapeOptions(options), reshape.newShape.first == batch {
        reshape.newShape[0] = 1
        subgraphs[0].operators[number].options = reshape.options
      }
      guard let shape = op.inputs.dropFirst().first.flatMap({ Int(exactly: $0) }),
        graph.tensors.indices.contains(shape),
        graph.tensors[shape].type == .int32, var numbers = wholeNumbers(of: graph.tensors[shape]),
        numbers.count > 1, numbers.first == Int(batch)
      else { continue }
      numbers[0] = 1
      setConstant(shape, to: Bytes(numbers.map { Int32(clamping: $0) }))
    }
    return true
  }
}

extension SubGraph {
  /// The graph with fixed shapes, with zero points, and with the per-channel dimensions that its tensors have, or nil where it
  /// has them already.
  fileprivate var withFixedShapes: SubGraph? {
    guard tensors.contains(where: { $0.hasFreeDimensions || $0.hasWrongChannels || $0.lacksZeroPoints }) else {
      return nil
    }
    var graph = self
    for index in tensors.indices {
      if tensors[index].hasFreeDimensions {
        graph.tensors[index].shapeSignature = []
        if graph.tensors[index].shape.first == -1 { graph.tensors[index].shape[0] = 1 }
      }
      if tensors[index].lacksZeroPoints {
        let count = tensors[index].quantization?.scale.count ?? 0
        graph.tensors[index].quantization?.zeroPoint = Array(repeating: 0, count: count)
      }
      if tensors[index].hasWrongChannels { graph.tensors[index].quantization?.quantizedDimension = 0 }
    }
    return graph
  }
}

extension Tensor {
  /// Whether the file leaves a dimension to be chosen when the model runs.
  fileprivate var hasFreeDimensions: Bool { shape.first == -1 || shapeSignature.contains(-1) }

  /// Whether it has scales but no zero points.
  fileprivate var lacksZeroPoints: Bool { quantization.map { !$0.scale.isEmpty && $0.zeroPoint.isEmpty } ?? false }

  /// Whether a vector names a per-channel dimension that it does not have.
  fileprivate var hasWrongChannels: Bool {
    guard shape.count == 1, let quantization else { return false }
    return quantization.quantizedDimension != 0 && quantization.scale.count <= Int(shape[0])
  }
}

extension Bytes {
  /// The contents of a constant of 32-bit integers.
  fileprivate init(_ numbers: [Int32]) { self.init(numbers.map(\.littleEndian).withUnsafeBytes { Array($0) }) }
}
