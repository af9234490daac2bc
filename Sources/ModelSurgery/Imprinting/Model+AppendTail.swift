public import TFLite

extension Model {
  /// The model with the imprinting tail behind it: for a bare embedding extractor, whose output is one vector.
  ///
  /// Behind a uint8 extractor the tail is uint8 throughout, as Coral has it: the normalised embedding is quantised over
  /// [−1, 1] and the kernel over [0, 1] where embeddings cannot be negative, else over [−1, 1]. Behind an int8 extractor
  /// (DEQUANTIZE comes first) and a float one it is in float. The tail has one class, a row of zeros, to be replaced.
  ///
  /// A classifier is known by its softmax or the like; one that ends in bare logits cannot be told from an extractor.
  ///
  /// - Parameter scale: s, what the cosines are multiplied by before the softmax; 40 is that of Coral's models.
  /// - Throws: ``SurgeryError`` when the model is a classifier, has no single vector of at most 65 536 elements as its
  ///   output, or stores it in a type that has no tail.
  public func appendingImprintingTail(scale: Float = 40) throws(SurgeryError) -> Model {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph, let vector = graph.tensor(output) else {
      throw .notOneInputAndOutput(inputs: 0, outputs: 0)
    }
    if let last = lastComputation(before: output, in: graph),
      [.softmax, .logSoftmax, .logistic, .argMax].contains(last)
    {
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
  // Thirty times the widest in use; room is made for as many elements as a file claims.
  private static let largestEmbedding: Int32 = 1 << 16

  /// The operator that computes a tensor, operators passed over that only change its form.
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
