public import TFLite

extension Model {
  /// Returns this embedding extractor, whose output is one vector, with the imprinting tail appended.
  ///
  /// After a uint8 extractor the tail is uint8 throughout, as in Coral's models: the normalised embedding is quantised
  /// over [−1, 1], and the kernel over [0, 1] if embeddings cannot be negative, else over [−1, 1]. After a float
  /// extractor, or an int8 extractor and a DEQUANTIZE, it is float. The tail has one empty class, a row of zeros.
  ///
  /// A classifier is recognised by its softmax, a similar operator, or a last layer with a row for each of its labels; see
  /// ``embedding()``. A classifier that ends in logits without labels cannot be distinguished from an extractor.
  ///
  /// - Parameter scale: s, the factor of the cosines before the softmax; Coral's models have 40.
  /// - Throws: ``SurgeryError`` if the model is a classifier, its output is not a single vector of at most 65 536
  ///   elements, or there is no tail for the type of the vector.
  public func appendingImprintingTail(scale: Float = 40) throws(SurgeryError) -> Model {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph, let vector = graph.tensor(output) else {
      throw .notOneInputAndOutput(inputs: 0, outputs: 0)
    }
    let last = lastComputation(before: output, in: graph)
    if try OutputPath(to: output, in: self).endsInScores(of: self) || last == .logSoftmax || last == .argMax {
      throw .noImprintingTail(found: lastOperators(5), because: "it is a classifier whose head cannot be imprinted")
    }
    guard let dimension = vector.shape.last, (1...Self.largestEmbedding).contains(dimension),
      vector.shape.dropLast().allSatisfy({ $0 == 1 })
    else {
      throw .noVector(tensor: graph.label(of: output), shape: vector.shape)
    }
    guard dimension <= ImprintingTail.largestDimension else {
      throw .tooLarge(tensor: graph.label(of: output), shape: vector.shape)
    }
    let encoding = try ElementEncoding(of: vector, label: graph.label(of: output))

    var tail = GraphBuilder(extending: self, prefix: "Imprinting/")
    var current = try tail.tensor(output)
    let elements: (embedding: ElementEncoding, kernel: ElementEncoding)
    switch encoding {
    case .uint8(_, let zeroPoint):
      let isNonNegative = zeroPoint == 0
      elements = (
        .uint8(scale: 1 / 128, zeroPoint: 128),
        isNonNegative ? .uint8(scale: 1 / 256, zeroPoint: 0) : .uint8(scale: 1 / 128, zeroPoint: 128)
      )
    case .int8:
      current = try tail.dequantize(current, name: "Dequantize")
      elements = (.float32, .float32)
    case .float32:
      elements = (.float32, .float32)
    }
    let scores = try tail.imprintingTail(
      behind: tail.embedding(current), scale: scale, encoding: elements.embedding, kernel: elements.kernel,
      rows: Array(repeating: 0, count: Int(dimension)), biases: [0])
    return tail.finish(with: scores)
  }
}

extension Model {
  // Thirty times the widest embedding in use. The limit matters because memory is allocated for as many elements as a
  // file claims.
  private static let largestEmbedding: Int32 = 1 << 16

  /// Returns the operator that computes a tensor, ignoring operators that only change its form.
  private func lastComputation(before tensor: Int32, in graph: SubGraph) -> BuiltinOperator? {
    var tensor = tensor
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let index = graph.producer(of: tensor), let builtin = builtinOperator(of: graph.operators[index]) else {
        return nil
      }
      guard [.quantize, .dequantize, .reshape, .squeeze].contains(builtin),
        let source = graph.operators[index].inputs.first
      else { return builtin }
      tensor = source
    }
    return nil
  }
}
