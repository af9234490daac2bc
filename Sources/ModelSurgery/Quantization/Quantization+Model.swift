public import TFLite

extension Quantization {
  /// Returns the int8 model.
  ///
  /// Tensors keep their names. For a uint8 input or output a QUANTIZE is added, so that the model accepts the bytes of
  /// pictures.
  ///
  /// - Parameters:
  ///   - ranges: The ranges measured with this model.
  ///   - input: The type of the input.
  ///   - output: The type of the output.
  /// - Throws: ``QuantizationError/foreignRanges(measuredWith:model:)``, ``QuantizationError/missingRange(tensor:)``,
  ///   ``QuantizationError/badRange(tensor:lower:upper:)``, ``QuantizationError/scalesCollide(tensor:)`` or
  ///   ``QuantizationError/badWeights(layer:because:)``.
  /// - Complexity: O(weights + operators × tensors).
  public func model(
    ranges: ActivationRanges, input: ByteType = .uint8, output: ByteType = .uint8
  ) throws(QuantizationError) -> Model {
    guard ranges.model == fingerprint else {
      throw .foreignRanges(measuredWith: ranges.model, model: fingerprint)
    }
    var rewriting = Rewriting(model: stripped, encodings: try encodings(ranges))
    rewriting.tail = try? ImprintingTail(of: stripped)
    for place in graph.operators.indices { try rewriting.rewrite(operatorAt: place) }
    rewriting.storeActivations()
    if input == .uint8 { rewriting.addUnsignedInput(self.input) }
    let last = output == .uint8 ? rewriting.addUnsignedOutput(self.output) : self.output
    var model = rewriting.model.cut(at: last)
    // Packed label files move up behind the smaller model.
    let packed = PackedFiles(behind: model)
    if !packed.contents.isEmpty { try? model.setPackedFiles(packed) }
    return model
  }
}

/// A float model during its conversion to int8.
private struct Rewriting {
  let original: Model
  var model: Model
  let encodings: [Int32: ElementEncoding]
  /// The imprinting tail, if the model has one. Its class rows get one scale, so that rows can be added later.
  var tail: ImprintingTail?
  // Constants that have been converted.
  private var done: Set<Int32> = []

  init(model: Model, encodings: [Int32: ElementEncoding]) {
    original = model
    self.model = model
    self.encodings = encodings
  }

  mutating func rewrite(operatorAt place: Int) throws(QuantizationError) {
    let op = model.subgraphs[0].operators[place]
    guard let builtin = model.builtinOperator(of: op), let rule = QuantizationRule(of: builtin) else { return }
    if case .layer(let dimension) = rule {
      try rewriteLayer(at: place, dimension)
    } else {
      for tensor in op.inputs { try storeConstant(tensor) }
    }
    let version = version(of: op, builtin)
    model.subgraphs[0].operators[place].opcodeIndex = model.operatorCodeIndex(builtin, version: version)
  }

  private mutating func rewriteLayer(
    at place: Int, _ dimension: QuantizationRule.Dimension
  ) throws(QuantizationError) {
    let op = model.subgraphs[0].operators[place]
    let isOfClasses = place == tail?.convolution
    let layer = try QuantizableLayer(op, scales: isOfClasses ? .none : dimension, of: original)
    guard let input = encodings[layer.input], let output = op.outputs.first.flatMap({ encodings[$0] }) else {
      throw .badWeights(layer: model.subgraphs[0].label(of: op.outputs.first ?? -1), because: "it reads a constant")
    }
    let stored = try layer.stored(
      inputScale: input.unit, outputScale: output.unit, covering: isOfClasses ? ImprintingTail.rowRoom : 0)
    var weights = QuantizationParameters(
      scale: stored.scales, zeroPoint: Array(repeating: 0, count: stored.scales.count))
    weights.quantizedDimension = layer.scales == .last ? Int32(clamping: layer.shape.count - 1) : 0
    let kernel = store(
      layer.weightIndex, shape: layer.shape, type: .int8, quantization: weights,
      contents: stored.weights.withUnsafeBytes { Array($0) })
    let units = QuantizationParameters(
      scale: stored.scales.map { $0 * input.unit }, zeroPoint: Array(repeating: 0, count: stored.scales.count))
    let bias = store(
      layer.biasIndex, shape: [Int32(clamping: stored.bias.count)], type: .int32, quantization: units,
      contents: stored.bias.map(\.littleEndian).withUnsafeBytes { Array($0) })
    model.subgraphs[0].operators[place].inputs = [layer.input, kernel, bias]
  }

  /// Replaces a constant, or adds a new constant if there was none or another layer has converted it.
  private mutating func store(
    _ index: Int32?, shape: [Int32], type: TensorType, quantization: QuantizationParameters, contents: [UInt8]
  ) -> Int32 {
    var tensor = Tensor(shape: shape, type: type, quantization: quantization)
    let old = index.flatMap { model.subgraphs[0].tensor($0) }
    tensor.name = old?.name ?? "bias"
    guard let index, let position = Int(exactly: index), old != nil, encodings[index] == nil,
      done.insert(index).inserted
    else {
      tensor.buffer = model.appendBuffer(Bytes(contents))
      model.subgraphs[0].tensors.append(tensor)
      return Int32(clamping: model.subgraphs[0].tensors.count - 1)
    }
    tensor.buffer = old?.buffer ?? 0
    model.subgraphs[0].tensors[position] = tensor
    model.setConstant(position, to: Bytes(contents))
    return index
  }

  /// Converts a constant that an operator reads like a computed tensor.
  private mutating func storeConstant(_ index: Int32) throws(QuantizationError) {
    guard let encoding = encodings[index], let position = Int(exactly: index),
      let tensor = model.subgraphs[0].tensor(index), tensor.type == .float32, model.constant(tensor) != nil
    else { return }
    let numbers = try model.floats(of: index)
    model.subgraphs[0].tensors[position].type = encoding.type
    model.subgraphs[0].tensors[position].quantization = encoding.quantization
    model.setConstant(position, to: Bytes(encoding.encode(numbers)))
  }

  /// Sets type and scale of all computed tensors.
  mutating func storeActivations() {
    for (index, encoding) in encodings {
      guard let position = Int(exactly: index), model.subgraphs[0].tensors.indices.contains(position) else { continue }
      model.subgraphs[0].tensors[position].type = encoding.type
      model.subgraphs[0].tensors[position].quantization = encoding.quantization
    }
  }

  /// Returns the version of the operator's int8 form.
  private func version(of op: Operator, _ builtin: BuiltinOperator) -> Int32 {
    switch builtin {
    case .fullyConnected where op.options.flatMap { FullyConnectedOptions($0) }?.keepsDimensions == true:
      return 5
    case .mul:
      let units = (op.inputs.prefix(2) + op.outputs.prefix(1)).map { encodings[$0]?.unit ?? 1 }
      // Finer steps of the product than of the multiplied factors need a later version.
      return units.count == 3 && units[0] * units[1] / units[2] >= 1 ? 3 : 2
    default:
      return builtin.version(for: .int8)
    }
  }

  /// Adds a QUANTIZE from uint8 before the first layer.
  mutating func addUnsignedInput(_ input: Int32) {
    guard let new = unsignedTwin(of: input) else { return }
    let code = model.operatorCodeIndex(.quantize, version: BuiltinOperator.quantize.version(for: .uint8))
    model.subgraphs[0].operators.insert(
      Operator(opcodeIndex: code, inputs: [new], outputs: [input], options: OperatorOptions(.quantize)), at: 0)
    model.subgraphs[0].inputs = [new]
    for index in model.signatureDefs.indices {
      for place in model.signatureDefs[index].inputs.indices {
        model.signatureDefs[index].inputs[place].tensorIndex = UInt32(clamping: new)
      }
    }
  }

  /// Adds a QUANTIZE to uint8 after the last layer, and returns its output, which takes the place of the old one.
  mutating func addUnsignedOutput(_ output: Int32) -> Int32 {
    guard let new = unsignedTwin(of: output) else { return output }
    let code = model.operatorCodeIndex(.quantize, version: BuiltinOperator.quantize.version(for: .int8))
    model.subgraphs[0].operators.append(
      Operator(opcodeIndex: code, inputs: [output], outputs: [new], options: OperatorOptions(.quantize)))
    return new
  }

  /// Adds a uint8 tensor of the same values under the old tensor's name, which gets the suffix `_int8`.
  private mutating func unsignedTwin(of index: Int32) -> Int32? {
    guard let position = Int(exactly: index), var tensor = model.subgraphs[0].tensor(index),
      case .int8(let scale, let zeroPoint)? = encodings[index]
    else { return nil }
    tensor.type = .uint8
    tensor.quantization = ElementEncoding.uint8(scale: scale, zeroPoint: zeroPoint + 128).quantization
    model.subgraphs[0].tensors[position].name = Text((tensor.name?.string ?? "") + "_int8")
    model.subgraphs[0].tensors.append(tensor)
    return Int32(clamping: model.subgraphs[0].tensors.count - 1)
  }
}

/// A convolution or a fully connected layer with its parameters: y = W x + b.
struct QuantizableLayer: Sendable {
  /// The layer's label.
  let name: String
  /// The tensors of the input, the weights and, if there is one, the bias.
  let input, weightIndex: Int32
  let biasIndex: Int32?
  /// W in file order, and its shape.
  let weights: [Float]
  let shape: [Int32]
  /// b: one per output; zeros if the file has none.
  let bias: [Float]
  /// The dimension of the weights along which the scales run.
  let scales: QuantizationRule.Dimension

  /// Reads a layer.
  ///
  /// - Throws: ``QuantizationError/badWeights(layer:because:)``.
  init(_ op: Operator, scales: QuantizationRule.Dimension, of model: Model) throws(QuantizationError) {
    let graph = model.mainSubgraph ?? SubGraph()
    let name = op.outputs.first.map { graph.label(of: $0) } ?? ""
    guard op.inputs.count >= 2, let kernel = graph.tensor(op.inputs[1]), kernel.type == .float32,
      kernel.shape.count == 4 || scales == .none && kernel.shape.count == 2, kernel.sparsity == nil
    else { throw .badWeights(layer: name, because: "its weights are not dense floats of the right shape") }
    if let options = op.options.flatMap({ FullyConnectedOptions($0) }), options.weightsFormat != .standard {
      throw .badWeights(layer: name, because: "its weights are not in the default format")
    }
    self.name = name
    input = op.inputs[0]
    weightIndex = op.inputs[1]
    shape = kernel.shape
    self.scales = scales
    weights = try model.floats(of: weightIndex)
    let outputs = Int((scales == .last ? shape.last : shape.first) ?? 0)
    guard outputs > 0, !weights.isEmpty, weights.count.isMultiple(of: outputs) else {
      throw .badWeights(layer: name, because: "its weights have the shape \(shape)")
    }
    if op.inputs.count > 2, op.inputs[2] >= 0 {
      biasIndex = op.inputs[2]
      bias = try model.floats(of: op.inputs[2])
      guard bias.count == outputs else {
        throw .badWeights(layer: name, because: "it has \(bias.count) biases and \(outputs) outputs")
      }
    } else {
      biasIndex = nil
      bias = Array(repeating: 0, count: outputs)
    }
  }

  /// Returns the indices of an output's weights in ``weights``.
  private func places(of output: Int) -> StrideTo<Int> {
    let count = weights.count / bias.count
    return scales == .last
      ? stride(from: output, to: weights.count, by: bias.count)
      : stride(from: output * count, to: (output + 1) * count, by: 1)
  }

  /// Rounds numbers to integers from −127 to 127 with nearly the same sum.
  ///
  /// A layer's input is mostly positive, so rounding errors that do not cancel shift the whole output. The numbers
  /// closest to a half are rounded the other way until the sums differ by at most a half.
  static func rounded(_ numbers: [Float]) -> [Int8] {
    var rounded = numbers.map { Int8(min(max($0.rounded(), -127), 127)) }
    let rests = zip(numbers, rounded).map { $0 - Float($1) }
    let missing = rests.reduce(0, +).rounded()
    let count = Int(min(abs(missing), Float(numbers.count)))
    guard count > 0 else { return rounded }
    let sign: Float = missing < 0 ? -1 : 1
    for place in rests.indices.sorted(by: { sign * rests[$0] > sign * rests[$1] }).prefix(count) {
      rounded[place] = Int8(min(max(Int(rounded[place]) + Int(sign), -127), 127))
    }
    return rounded
  }

  /// W and b in integers.
  struct Stored: Sendable {
    /// W: −127 … 127.
    let weights: [Int8]
    /// One scale per output, or a single scale.
    let scales: [Float]
    /// b in steps of input scale × weight scale.
    let bias: [Int32]
  }

  /// W and b in integers.
  ///
  /// The scale of an output's weights is max |w| / 127. It is larger if the bias would not fit 32 bits otherwise, or a
  /// product's step would be negligible relative to the output's.
  ///
  /// - Parameters:
  ///   - inputScale: The scale of the input.
  ///   - outputScale: The scale of the output.
  ///   - bound: A magnitude that a single scale must also cover.
  /// - Throws: ``QuantizationError/badWeights(layer:because:)`` if scales exceed 32-bit floats.
  func stored(
    inputScale: Float, outputScale: Float, covering bound: Float = 0
  ) throws(QuantizationError) -> Stored {
    var greatest = Array(repeating: Float(0), count: bias.count)
    for output in bias.indices {
      for place in places(of: output) { greatest[output] = max(greatest[output], abs(weights[place])) }
    }
    let least = outputScale / inputScale * 0x1p-30
    var steps = greatest.indices.map { max(greatest[$0] / 127, abs(bias[$0]) / inputScale * 0x1p-30, least) }
    if scales == .none { steps = Array(repeating: max(steps.max() ?? 1, bound / 127), count: steps.count) }
    guard steps.allSatisfy({ ($0 * inputScale).isNormal && ($0 * inputScale / outputScale).isFinite && $0.isNormal })
    else {
      throw .badWeights(layer: name, because: "its weights and ranges differ so much that no scale fits both")
    }
    var stored = [Int8](repeating: 0, count: weights.count)
    for output in bias.indices {
      let places = places(of: output)
      let rounded = Self.rounded(places.map { weights[$0] / steps[output] })
      for (place, number) in zip(places, rounded) { stored[place] = number }
    }
    let biases = bias.indices.map { Int32(exactly: (bias[$0] / (inputScale * steps[$0])).rounded()) ?? 0 }
    return Stored(weights: stored, scales: scales == .none ? [steps.first ?? 1] : steps, bias: biases)
  }
}
