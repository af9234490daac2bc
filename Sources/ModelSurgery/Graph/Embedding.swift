import TFLite

extension Model {
  /// Finds the embedding: the vector that the last layer reads, before it is normalised or otherwise prepared, in the form
  /// in which the network stores it.
  ///
  /// Of a classifier it is that of ``BaseClassifier``; of a model with the imprinting tail what L2_NORMALIZATION reads; of a
  /// model that does not end in a softmax its output.
  ///
  /// - Returns: A tensor of the main subgraph.
  /// - Throws: ``SurgeryError`` with what was found, where there is no single vector.
  public func embedding() throws(SurgeryError) -> Int32 {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    if let tail = try? ImprintingTail(of: self), let vector = graph.operators[tail.normalization].inputs.first {
      return stored(features(before: vector, in: graph), in: graph)
    }
    return endsInSoftmax(output, in: graph) ? try BaseClassifier(of: self).embedding : output
  }

  /// Whether a tensor is a softmax's result, operators passed over that only change its form.
  private func endsInSoftmax(_ tensor: Int32, in graph: SubGraph) -> Bool {
    var tensor = tensor
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let index = graph.producer(of: tensor), let source = graph.operators[index].inputs.first else {
        return false
      }
      switch builtinOperator(of: graph.operators[index]) {
      case .softmax: return true
      case .reshape, .squeeze, .quantize, .dequantize: tensor = source
      default: return false
      }
    }
    return false
  }

  /// Whether no element of a tensor can be below 0: by its zero point, or by the activation that made it.
  public func isNonNegative(_ tensor: Int32) -> Bool {
    guard let graph = mainSubgraph else { return false }
    var current = tensor
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let vector = graph.tensor(current) else { return false }
      let zero = vector.quantization?.zeroPoint.first
      if vector.type == .uint8, zero == 0 { return true }
      if vector.type == .int8, zero == -128 { return true }
      guard let index = graph.producer(of: current), let source = graph.operators[index].inputs.first else {
        return false
      }
      let op = graph.operators[index]
      switch builtinOperator(of: op) {
      case .relu, .relu6, .relu0To1, .softmax, .logistic: return true
      case .conv2D, .depthwiseConv2D, .fullyConnected, .add, .mul:
        let activation = op.options?.integer("fused_activation_function").flatMap { Int8(exactly: $0) }
        return [ActivationFunction.relu.rawValue, ActivationFunction.relu6.rawValue].contains(activation)
      case .mean, .averagePool2D, .maxPool2D, .reshape, .squeeze, .dequantize, .quantize, .sum: current = source
      default: return false
      }
    }
    return false
  }

  /// The constant element that stands behind the features where the imprinting tail normalises them, as ``Adaptation`` puts
  /// it there, or nil where there is none.
  public func constantElement(of tail: ImprintingTail) -> Float? {
    guard let graph = mainSubgraph, let vector = graph.operators[tail.normalization].inputs.first,
      let element = constantElement(behind: vector, in: graph),
      let values = try? realNumbers(of: element.constant).values
    else { return nil }
    return values.first
  }

  private func features(before vector: Int32, in graph: SubGraph) -> Int32 {
    constantElement(behind: vector, in: graph)?.features ?? vector
  }

  private func constantElement(behind vector: Int32, in graph: SubGraph) -> (features: Int32, constant: Int32)? {
    guard let index = graph.producer(of: vector), builtinOperator(of: graph.operators[index]) == .concatenation,
      graph.operators[index].inputs.count == 2,
      let element = graph.tensor(graph.operators[index].inputs[1]), element.elementCount == 1, constant(element) != nil
    else { return nil }
    return (graph.operators[index].inputs[0], graph.operators[index].inputs[1])
  }

  /// Goes back over operators that only change the form of a vector, to where the network made it.
  private func stored(_ tensor: Int32, in graph: SubGraph) -> Int32 {
    var current = tensor
    let count = graph.tensor(tensor)?.elementCount
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let index = graph.producer(of: current), let source = graph.operators[index].inputs.first,
        let builtin = builtinOperator(of: graph.operators[index]), [.reshape, .squeeze, .dequantize].contains(builtin),
        let before = graph.tensor(source), before.elementCount == count, !graph.inputs.contains(source),
        before.shape.last.map(Int.init) == count, [.uint8, .int8, .float32].contains(before.type)
      else { return current }
      current = source
    }
    return current
  }
}
