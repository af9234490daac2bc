import TFLite

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
    tail.finish(dimension: dimension, shape: vector.shape, scale: scale, embedding: elements[0], kernel: elements[1])
    return tail.model
  }
}

extension Model {
  // Thirty times the widest in use; room is made for as many elements as a file claims.
  private static let largestEmbedding: Int32 = 1 << 16

  /// The operator that computes a tensor, operators passed over that only change its form.
  private func lastComputation(before tensor: Int32, in graph: SubGraph) -> BuiltinOperator? {
    var tensor = tensor
    for _ in graph.operators.indices {
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

/// Adds operators one behind the other to a model's main subgraph.
private struct TailBuilder {
  var model: Model
  /// The tensor that the next operator reads.
  var current: Int32

  mutating func add(
    _ builtin: BuiltinOperator, _ name: String, shape: [Int32], encoding: ElementEncoding, constants: [Int32] = [],
    options: OperatorOptions? = nil, version: Int32 = 1
  ) {
    let output = addTensor(name, shape: shape, encoding: encoding)
    let code = model.operatorCodeIndex(builtin, version: version)
    model.subgraphs[0].operators.append(
      Operator(opcodeIndex: code, inputs: [current] + constants, outputs: [output], options: options))
    current = output
  }

  mutating func addTensor(
    _ name: String, shape: [Int32], encoding: ElementEncoding, contents: [UInt8]? = nil
  ) -> Int32 {
    var tensor = Tensor(shape: shape, type: encoding.type, name: Text("Imprinting/" + name))
    switch encoding {
    case .float32: break
    case .uint8(let scale, let zeroPoint), .int8(let scale, let zeroPoint):
      tensor.quantization = QuantizationParameters(scale: scale, zeroPoint: Int64(zeroPoint))
    }
    if let contents { tensor.buffer = model.appendBuffer(Bytes(contents)) }
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  mutating func addIntegers(_ name: String, _ values: [Int32], quantization: QuantizationParameters? = nil) -> Int32 {
    var tensor = Tensor(shape: [Int32(values.count)], type: .int32, name: Text("Imprinting/" + name))
    tensor.quantization = quantization
    tensor.buffer = model.appendBuffer(
      Bytes(values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }))
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  mutating func finish(
    dimension: Int32, shape: [Int32], scale: Float, embedding: ElementEncoding, kernel: ElementEncoding
  ) {
    let isFloat = embedding == .float32
    func over(_ range: Float) -> ElementEncoding { isFloat ? .float32 : .uint8(scale: range / 128, zeroPoint: 128) }
    if shape != [1, 1, 1, dimension] {
      let target = [1, 1, 1, dimension]
      let encoding = model.subgraphs[0].tensor(current).flatMap { try? ElementEncoding(of: $0, label: "") } ?? .float32
      let constant = addIntegers("EmbeddingShape", target)
      add(
        .reshape, "Embedding", shape: target, encoding: encoding, constants: [constant],
        options: ReshapeOptions(newShape: target).options)
    }
    add(
      .l2Normalization, "L2Norm", shape: [1, 1, 1, dimension], encoding: embedding, options: L2NormOptions().options)
    let weights = addTensor(
      "Weights", shape: [1, 1, 1, dimension], encoding: kernel,
      contents: kernel.encode(Array(repeating: 0, count: Int(dimension))))
    let bias =
      isFloat
      ? addTensor("Biases", shape: [1], encoding: .float32, contents: [0, 0, 0, 0])
      : addIntegers(
        "Biases", [0], quantization: QuantizationParameters(scale: embedding.unit * kernel.unit, zeroPoint: 0))
    add(
      .conv2D, "Conv2D", shape: [1, 1, 1, 1], encoding: over(1), constants: [weights, bias],
      options: Conv2DOptions(padding: .same, strideWidth: 1, strideHeight: 1).options)
    let factor: ElementEncoding = isFloat ? .float32 : .uint8(scale: scale / 255, zeroPoint: 0)
    let multiplier = addTensor("Scale", shape: [1], encoding: factor, contents: factor.encode([scale]))
    add(
      .mul, "Mul", shape: [1, 1, 1, 1], encoding: over(scale), constants: [multiplier], options: MulOptions().options)
    let logits = addIntegers("LogitsShape", [1, 1])
    add(
      .reshape, "Logits", shape: [1, 1], encoding: over(scale), constants: [logits],
      options: ReshapeOptions(newShape: [1, 1]).options)
    add(
      .softmax, "Scores", shape: [1, 1], encoding: isFloat ? .float32 : .uint8(scale: 1 / 256, zeroPoint: 0),
      options: SoftmaxOptions(beta: 1).options)
    model.subgraphs[0].outputs = [current]
    for index in model.signatureDefs.indices where model.signatureDefs[index].subgraphIndex == 0 {
      for output in model.signatureDefs[index].outputs.indices {
        model.signatureDefs[index].outputs[output].tensorIndex = UInt32(current)
      }
    }
  }
}
