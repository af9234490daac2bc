import TFLite

extension Model {
  /// The model with the imprinting tail behind it: for a bare embedding extractor, whose output is one vector.
  ///
  /// Behind a uint8 extractor the tail is uint8 throughout, as Coral has it: the normalised embedding is quantised over
  /// [−1, 1] and the kernel over [0, 1] where embeddings cannot be negative, else over [−1, 1]. Behind an int8 extractor
  /// (DEQUANTIZE comes first) and a float one it is in float. The tail has one class, a row of zeros, to be replaced.
  ///
  /// - Parameter scale: s, what the cosines are multiplied by before the softmax. At 40 the scores of a handful of
  ///   classes come out closest to their frequencies.
  /// - Throws: ``SurgeryError`` when the model is a classifier, has no single vector as its output, or stores it in a type
  ///   that has no tail.
  public func appendingImprintingTail(scale: Float = 40) throws(SurgeryError) -> Model {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph, let vector = graph.tensor(output) else {
      throw .notOneInputAndOutput(inputs: 0, outputs: 0)
    }
    if let last = graph.producer(of: output), let builtin = builtinOperator(of: graph.operators[last]),
      [.softmax, .logSoftmax, .logistic, .argMax].contains(builtin)
    {
      throw .noImprintingTail(found: lastOperators(5), because: "it is a classifier whose head cannot be imprinted")
    }
    guard let dimension = vector.shape.last, dimension > 0, vector.shape.dropLast().allSatisfy({ $0 == 1 }) else {
      throw .noVector(tensor: graph.label(of: output), shape: vector.shape)
    }
    guard dimension <= ImprintingTail.largestDimension else {
      throw .tooLarge(tensor: graph.label(of: output), shape: vector.shape)
    }
    let encoding = try ElementEncoding(of: vector, label: graph.label(of: output))

    var tail = TailBuilder(model: self, current: output)
    let elements: [ElementEncoding]
    switch encoding {
    case .uint8(_, let zeroPoint):
      let isNonNegative = zeroPoint == 0
      elements = [
        .uint8(scale: 1 / 128, zeroPoint: 128),
        isNonNegative ? .uint8(scale: 1 / 256, zeroPoint: 0) : .uint8(scale: 1 / 128, zeroPoint: 128),
      ]
    case .int8:
      tail.add(.dequantize, "Dequantize", shape: vector.shape, encoding: .float32, version: 2)
      elements = [.float32, .float32]
    case .float32:
      elements = [.float32, .float32]
    }
    tail.finish(
      dimension: dimension, scale: scale, embedding: elements[0], kernel: elements[1],
      rows: Array(repeating: 0, count: Int(dimension)), biases: [0])
    return tail.model
  }
}
