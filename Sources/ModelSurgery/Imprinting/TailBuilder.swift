import TFLite

/// Adds operators one behind the other to a model's main subgraph.
struct TailBuilder {
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

  /// Makes the current vector, of whatever shape, one of shape `[1, 1, 1, D]`.
  mutating func shapeVector(dimension: Int32) {
    let target = [1, 1, 1, dimension]
    guard let tensor = model.subgraphs[0].tensor(current), tensor.shape != target else { return }
    let encoding = (try? ElementEncoding(of: tensor, label: "")) ?? .float32
    let constant = addIntegers("EmbeddingShape", target)
    add(
      .reshape, "Embedding", shape: target, encoding: encoding, constants: [constant],
      options: ReshapeOptions(newShape: target).options)
  }

  /// Puts one more element, which is always the same, behind the current vector of D floats.
  mutating func appendElement(_ value: Float, dimension: Int32) {
    let constant = addTensor(
      "Constant", shape: [1, 1, 1, 1], encoding: .float32, contents: ElementEncoding.float32.encode([value]))
    add(
      .concatenation, "Extended", shape: [1, 1, 1, dimension + 1], encoding: .float32, constants: [constant],
      options: ConcatenationOptions(axis: 3).options)
  }

  /// Adds the tail behind the current vector and makes it the model's output.
  ///
  /// - Parameters:
  ///   - dimension: D.
  ///   - scale: s.
  ///   - embedding: How the normalised vector is stored; it decides whether the tail is in float or in uint8.
  ///   - kernel: How the rows are stored.
  ///   - rows: The rows, `[classes, D]`.
  ///   - biases: The biases, one a class.
  mutating func finish(
    dimension: Int32, scale: Float, embedding: ElementEncoding, kernel: ElementEncoding, rows: [Float], biases: [Float]
  ) {
    let isFloat = embedding == .float32
    let classes = Int32(clamping: biases.count)
    func over(_ range: Float) -> ElementEncoding { isFloat ? .float32 : .uint8(scale: range / 128, zeroPoint: 128) }
    shapeVector(dimension: dimension)
    add(
      .l2Normalization, "L2Norm", shape: [1, 1, 1, dimension], encoding: embedding, options: L2NormOptions().options)
    let weights = addTensor(
      "Weights", shape: [classes, 1, 1, dimension], encoding: kernel, contents: kernel.encode(rows))
    let bias: Int32
    if isFloat {
      bias = addTensor("Biases", shape: [classes], encoding: .float32, contents: kernel.encode(biases))
    } else {
      let unit = embedding.unit * kernel.unit
      bias = addIntegers(
        "Biases", biases.map { Int32(exactly: ($0 / unit).rounded()) ?? ($0 < 0 ? .min : .max) },
        quantization: QuantizationParameters(scale: unit, zeroPoint: 0))
    }
    add(
      .conv2D, "Conv2D", shape: [1, 1, 1, classes], encoding: over(1), constants: [weights, bias],
      options: Conv2DOptions(padding: .same, strideWidth: 1, strideHeight: 1).options)
    let factor: ElementEncoding = isFloat ? .float32 : .uint8(scale: scale / 255, zeroPoint: 0)
    let multiplier = addTensor("Scale", shape: [1], encoding: factor, contents: factor.encode([scale]))
    add(
      .mul, "Mul", shape: [1, 1, 1, classes], encoding: over(scale), constants: [multiplier],
      options: MulOptions().options)
    let logits = addIntegers("LogitsShape", [1, classes])
    add(
      .reshape, "Logits", shape: [1, classes], encoding: over(scale), constants: [logits],
      options: ReshapeOptions(newShape: [1, classes]).options)
    add(
      .softmax, "Scores", shape: [1, classes], encoding: isFloat ? .float32 : .uint8(scale: 1 / 256, zeroPoint: 0),
      options: SoftmaxOptions(beta: 1).options)
    end()
  }

  /// Makes the current vector the model's output.
  mutating func end() {
    model.subgraphs[0].outputs = [current]
    for index in model.signatureDefs.indices where model.signatureDefs[index].subgraphIndex == 0 {
      for output in model.signatureDefs[index].outputs.indices {
        model.signatureDefs[index].outputs[output].tensorIndex = UInt32(current)
      }
    }
  }
}
