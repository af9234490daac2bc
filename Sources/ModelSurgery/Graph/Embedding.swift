public import TFLite

extension Model {
  /// Finds the embedding: the vector that the last layer reads, as the network computes it, before normalisation or
  /// another transform.
  ///
  /// In a classifier it is that of ``BaseClassifier``; in a model with the imprinting tail what L2_NORMALIZATION reads; in
  /// any other model its output. A classifier is a model that ends in a softmax or a sigmoid, or in a linear layer with as
  /// many rows as the model has labels, or as ImageNet has classes, which are 1000, or 1001 with its background, or with
  /// fewer than 64 rows.
  ///
  /// - Returns: A tensor of the main subgraph.
  /// - Throws: ``SurgeryError`` with the last operators or the shape, if there is no single vector.
  public func embedding() throws(SurgeryError) -> Int32 {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    if let tail = try? ImprintingTail(of: self), let vector = graph.operators[tail.normalization].inputs.first {
      return stored(constantElement(behind: vector, in: graph)?.features ?? vector, in: graph)
    }
    let path = try OutputPath(to: output, in: self)
    guard path.endsInScores(of: self) else { return output }
    if path.beta != nil { return try BaseClassifier(of: self).embedding }
    // One output, of a sigmoid, is a classifier too, if not one that classes can be added to.
    guard let features = try? EmbeddingSource(of: path, in: self).embedding, let vector = graph.tensor(features),
      let dimension = vector.elementCount, vector.shape.contains(where: { Int($0) == dimension }),
      graph.producer(of: features) != nil
    else { return output }
    return features
  }

  /// Returns whether no element of a tensor can be negative, judged by its zero point or by the activation that
  /// computed it.
  public func isNonNegative(_ tensor: Int32) -> Bool {
    guard let graph = mainSubgraph else { return false }
    var current = tensor
    for _ in 0..<SubGraph.longestWay {
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

  /// Returns the constant element that ``Adaptation`` appended to the features of the imprinting tail, or nil if there
  /// is none.
  public func constantElement(of tail: ImprintingTail) -> Float? {
    guard let graph = mainSubgraph, let vector = graph.operators[tail.normalization].inputs.first,
      let element = constantElement(behind: vector, in: graph),
      let values = try? realNumbers(of: element.constant).values
    else { return nil }
    return values.first
  }

  private func constantElement(behind vector: Int32, in graph: SubGraph) -> (features: Int32, constant: Int32)? {
    guard let index = graph.producer(of: vector), builtinOperator(of: graph.operators[index]) == .concatenation,
      graph.operators[index].inputs.count == 2,
      let element = graph.tensor(graph.operators[index].inputs[1]), element.elementCount == 1, constant(element) != nil
    else { return nil }
    return (graph.operators[index].inputs[0], graph.operators[index].inputs[1])
  }

  /// Follows the graph back through operators that only change the shape or type of a vector, to the tensor that the
  /// network computed.
  private func stored(_ tensor: Int32, in graph: SubGraph) -> Int32 {
    var current = tensor
    let count = graph.tensor(tensor)?.elementCount
    for _ in 0..<SubGraph.longestWay {
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

/// The two parts of a classifier: the extractor up to the embedding, and the head after it.
extension Model {
  /// Returns the part after the embedding: the classifier's last layers, with its labels.
  ///
  /// - Throws: The errors of ``embedding()`` and ``split(at:)``; ``SplitError/nothingBehind(tensor:)`` for an
  ///   extractor.
  public func headPart() throws -> Model { try split(at: [embedding()]).head }

  /// Returns the part up to the embedding: the extractor. An extractor is returned unchanged.
  ///
  /// - Throws: The errors of ``embedding()`` and ``split(at:)``.
  public func withoutHead() throws -> Model {
    let embedding = try embedding()
    return try onlyInputAndOutput().output == embedding ? self : try split(at: [embedding]).base
  }

  /// Returns the model with its head replaced by the head of another model.
  ///
  /// - Parameter other: A classifier, of which the part after the embedding is used, or a head alone. It must have been
  ///   made for this model's extractor.
  /// - Throws: The errors of ``embedding()``, ``split(at:)`` and ``joined(with:match:bypassing:)``.
  public func replacingHead(with other: Model) throws -> Model {
    let base = try withoutHead()
    return try base.joined(with: (try? other.headPart()) ?? other, match: .position)
  }
}
