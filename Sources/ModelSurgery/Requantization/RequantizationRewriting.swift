import TFLite

/// A uint8 model during its conversion to int8.
struct RequantizationRewriting {
  private(set) var model: Model
  private(set) var report: Requantization.Report

  private let original: Model
  private let graph: SubGraph
  private let plan: RequantizationPlan
  private let isSignedOutside: Bool
  // The indices of each tensor's two forms; the tensor's own index for a form that the tensor has already or does not
  // need.
  private var signedIndex: [Int32]
  private var unsignedIndex: [Int32]
  // The number of uses of each tensor by operators, inputs and outputs, and of each buffer by tensors and metadata.
  private var uses: [Int]
  private var bufferUses: [Int]
  private var codes: [Code: UInt32] = [:]
  private var signedConstants: [Int32: Int32] = [:]
  private var signedWeights: [LayerWeights: SignedWeights] = [:]
  private var hasLeftovers = false

  private struct Code: Hashable {
    let builtin: BuiltinOperator
    let version: Int32
  }

  private struct LayerWeights: Hashable {
    let tensor: Int32
    let dimension: QuantizationRule.Dimension
  }

  init(_ model: Model, _ graph: SubGraph, _ plan: RequantizationPlan, interface: Requantization.Interface) {
    self.model = model
    original = model
    self.graph = graph
    self.plan = plan
    isSignedOutside = interface == .signed
    report = Requantization.Report(plan, of: model, graph)
    signedIndex = graph.tensors.indices.map { Int32(clamping: $0) }
    unsignedIndex = signedIndex
    uses = Array(repeating: 0, count: graph.tensors.count)
    bufferUses = Array(repeating: 0, count: model.buffers.count)
    for tensor in graph.inputs + graph.outputs + graph.operators.flatMap({ $0.inputs + $0.outputs })
    where uses.indices.contains(Int(tensor)) {
      uses[Int(tensor)] += 1
    }
    let named = model.metadata.map(\.buffer) + model.metadataBuffer.map { UInt32(clamping: $0) }
    for buffer in graph.tensors.map(\.buffer) + named where bufferUses.indices.contains(Int(buffer)) {
      bufferUses[Int(buffer)] += 1
    }
    for (index, code) in model.operatorCodes.enumerated() {
      codes[Code(builtin: code.builtinCode, version: code.version)] = UInt32(clamping: index)
    }
  }

  /// Whether the size of new constants is in proportion to the file, whose tensors may share contents.
  var isInProportion: Bool {
    var needed = plan.layers.values.reduce(0) { $0 + $1.byteCount(in: model, graph) }
    for (place, op) in graph.operators.enumerated() where plan.isRewritten[place] && plan.layers[place] == nil {
      needed += op.inputs.reduce(0) { $0 + (graph.tensor($1).flatMap { model.constant($0) }?.count ?? 0) }
    }
    return needed <= 2 * model.buffers.reduce(1 << 20) { $0 + ($1.data?.count ?? 0) }
  }

  /// Performs the plan.
  mutating func rewrite() {
    addNeededForms()
    var operators: [Operator] = []
    operators.reserveCapacity(graph.operators.count)
    for tensor in Set(graph.inputs).sorted() { convert(tensor, isSigned: isSignedOutside, &operators) }
    for (place, op) in graph.operators.enumerated() {
      var new = op
      if plan.isRewritten[place] {
        new.inputs = op.inputs.map { index(of: $0, in: signedIndex) }
        new.outputs = op.outputs.map { index(of: $0, in: signedIndex) }
        if let layer = plan.layers[place] {
          rewrite(layer, of: &new)
        } else {
          new.inputs = new.inputs.map { signedConstant($0) }
        }
        if case .rescaled? = original.builtinOperator(of: op).flatMap(RequantizationRule.init) {
          new.inputs = rescaled(new.inputs, for: new.outputs, &operators)
        }
        new.opcodeIndex = code(of: op)
      } else {
        new.inputs = op.inputs.map { index(of: $0, in: unsignedIndex) }
        new.outputs = op.outputs.map { index(of: $0, in: unsignedIndex) }
      }
      operators.append(new)
      for tensor in op.outputs { convert(tensor, isSigned: plan.isRewritten[place], &operators) }
    }
    model.subgraphs[0].operators = operators
    dropIdleConversions()
    if hasLeftovers {
      model.dropUnusedTensors()
      model.dropUnusedBuffers()
    }
    model.dropUnusedOperatorCodes()
  }

  private func index(of tensor: Int32, in forms: [Int32]) -> Int32 {
    Int(exactly: tensor).flatMap { forms.indices.contains($0) ? forms[$0] : nil } ?? tensor
  }

  /// Converts each tensor to the form it is needed in, and adds a second tensor where both are needed. Model inputs and
  /// outputs keep their indices.
  private mutating func addNeededForms() {
    let outside = isSignedOutside ? Set(graph.inputs).union(graph.outputs) : []
    for (index, tensor) in graph.tensors.enumerated() where plan.neededSigned[index] {
      let isBoth = plan.neededUnsigned[index]
      let staysUnsigned = isBoth && !outside.contains(Int32(clamping: index))
      if !staysUnsigned { model.subgraphs[0].tensors[index] = tensor.signed }
      guard isBoth else { continue }
      var other = staysUnsigned ? tensor.signed : tensor
      other.name = Text("\(tensor.name?.string ?? "\(index)")\(staysUnsigned ? "_int8" : "_uint8")")
      let place = append(other)
      if staysUnsigned { signedIndex[index] = place } else { unsignedIndex[index] = place }
    }
  }

  private mutating func append(_ tensor: Tensor) -> Int32 {
    model.subgraphs[0].tensors.append(tensor)
    return Int32(clamping: model.subgraphs[0].tensors.count - 1)
  }

  /// Adds the QUANTIZE from the form in which a tensor was computed to the other, if that is needed too.
  private mutating func convert(_ tensor: Int32, isSigned: Bool, _ operators: inout [Operator]) {
    let (signed, unsigned) = (index(of: tensor, in: signedIndex), index(of: tensor, in: unsignedIndex))
    guard signed != unsigned else { return }
    addQuantize(from: isSigned ? signed : unsigned, to: isSigned ? unsigned : signed, &operators)
  }

  /// Adds a QUANTIZE after each input of an operator whose scale or zero point differs from the result's.
  ///
  /// - Returns: The inputs with the result's scale.
  private mutating func rescaled(_ inputs: [Int32], for outputs: [Int32], _ operators: inout [Operator]) -> [Int32] {
    guard let output = outputs.first.flatMap({ model.subgraphs[0].tensor($0) }) else { return inputs }
    var made: [Int32: Int32] = [:]
    for input in inputs where made[input] == nil {
      guard let tensor = model.subgraphs[0].tensor(input),
        ByteScale(of: tensor, type: .int8) != ByteScale(of: output, type: .int8)
      else { continue }
      let place = append(
        Tensor(
          shape: tensor.shape, type: .int8, name: Text("rescaled_\(input)_\(outputs[0])"),
          quantization: output.quantization))
      made[input] = place
      addQuantize(from: input, to: place, &operators)
    }
    return inputs.map { made[$0] ?? $0 }
  }

  private mutating func addQuantize(from input: Int32, to output: Int32, _ operators: inout [Operator]) {
    let code = operatorCode(.quantize, version: 2)
    operators.append(
      Operator(opcodeIndex: code, inputs: [input], outputs: [output], options: OperatorOptions(.quantize)))
    report.conversions += 1
  }

  private mutating func operatorCode(_ builtin: BuiltinOperator, version: Int32) -> UInt32 {
    let code = Code(builtin: builtin, version: version)
    if let index = codes[code] { return index }
    model.operatorCodes.append(OperatorCode(builtin, version: version))
    let index = UInt32(clamping: model.operatorCodes.count - 1)
    codes[code] = index
    return index
  }

  /// Returns the code of an operator in the version of its int8 form.
  private mutating func code(of op: Operator) -> UInt32 {
    guard let code = original.operatorCode(of: op) else { return op.opcodeIndex }
    var version = code.builtinCode.version(for: .int8)
    if code.builtinCode == .fullyConnected,
      op.options.flatMap({ FullyConnectedOptions($0) })?.keepsDimensions == true
    {
      version = 5
    }
    if code.builtinCode == .mul {
      let units = (op.inputs.prefix(2) + op.outputs.prefix(1)).map {
        graph.tensor($0)?.quantization?.scale.first ?? 1
      }
      // Finer steps of the product than of the multiplied factors need a later version.
      if units.count == 3, units[0] * units[1] / units[2] >= 1 { version = 3 }
    }
    guard version > code.version else { return op.opcodeIndex }
    return operatorCode(code.builtinCode, version: version)
  }

  /// Returns an int8 copy of a uint8 constant; other tensors are returned unchanged.
  private mutating func signedConstant(_ index: Int32) -> Int32 {
    guard let tensor = graph.tensor(index), tensor.type == .uint8, let data = original.constant(tensor) else {
      return index
    }
    if let place = signedConstants[index] { return place }
    let place = store(tensor.signed, data.signed, at: index)
    signedConstants[index] = place
    return place
  }

  /// Replaces a constant, or adds a new constant if the old one has other users.
  private mutating func store(_ tensor: Tensor, _ data: Bytes?, at index: Int32) -> Int32 {
    var tensor = tensor
    if let data {
      if let buffer = Int(exactly: tensor.buffer), bufferUses.indices.contains(buffer), bufferUses[buffer] == 1,
        uses[Int(index)] == 1
      {
        model.buffers[buffer] = Buffer(data)
      } else {
        tensor.buffer = model.appendBuffer(data)
        hasLeftovers = true
      }
    }
    guard uses[Int(index)] == 1 else {
      hasLeftovers = true
      return append(tensor)
    }
    model.subgraphs[0].tensors[Int(index)] = tensor
    return index
  }

  private mutating func rewrite(_ layer: UnsignedLayer, of op: inout Operator) {
    guard var kernel = graph.tensor(layer.weights), let data = original.constant(kernel) else { return }
    let key = LayerWeights(tensor: layer.weights, dimension: layer.dimension)
    let weights =
      signedWeights[key]
      ?? SignedWeights(
        data, zeroPoint: UInt8(clamping: layer.weightScale.zeroPoint), channels: layer.channels,
        dimension: layer.dimension)
    if uses[Int(layer.weights)] > 1 { signedWeights[key] = weights }
    report.channels += layer.channels
    report.exactChannels += weights.exactChannels

    let scales = weights.reaches.indices.map { layer.weightScale.scale * weights.step(ofChannel: $0) }
    let isOne = layer.dimension == .none
    kernel.type = .int8
    kernel.quantization = QuantizationParameters(
      scale: isOne ? Array(scales.prefix(1)) : scales, zeroPoint: Array(repeating: 0, count: isOne ? 1 : scales.count),
      quantizedDimension: layer.dimension == .last ? 3 : 0)
    op.inputs[1] = store(kernel, weights.bytes, at: layer.weights)

    guard let index = layer.bias, var bias = graph.tensor(index), let numbers = original.constant(bias) else { return }
    bias.quantization = QuantizationParameters(
      scale: isOne ? [layer.inputScale * scales[0]] : scales.map { layer.inputScale * $0 },
      zeroPoint: Array(repeating: 0, count: isOne ? 1 : scales.count))
    let isExact = weights.exactChannels == layer.channels
    op.inputs[2] = store(bias, isExact ? nil : Self.rounded(numbers, to: weights), at: index)
  }

  /// Returns biases in the steps of converted weights.
  private static func rounded(_ biases: Bytes, to weights: SignedWeights) -> Bytes {
    let numbers = biases.withUnsafeBytes { source in
      weights.reaches.indices.map { channel in
        let bias = Int32(littleEndian: source.loadUnaligned(fromByteOffset: 4 * channel, as: Int32.self))
        let reach = weights.reaches[channel]
        guard reach > 127 else { return bias.littleEndian }
        return Int32((Double(bias) * 127 / Double(reach)).rounded()).littleEndian
      }
    }
    return Bytes(numbers.withUnsafeBytes { Array($0) })
  }

  /// Removes each QUANTIZE of the original model whose output now equals its input.
  private mutating func dropIdleConversions() {
    let outputs = Set(graph.outputs)
    let tensors = model.subgraphs[0].tensors
    var sources: [Int32: Int32] = [:]
    var kept: [Operator] = []
    for var op in model.subgraphs[0].operators {
      op.inputs = op.inputs.map { sources[$0] ?? $0 }
      if model.builtinOperator(of: op) == .quantize, let input = op.inputs.first, let output = op.outputs.first,
        !outputs.contains(output), plan.producers.indices.contains(Int(output)), plan.producers[Int(output)] != nil,
        let scale = ByteScale(of: tensors[Int(input)], type: .int8),
        scale == ByteScale(of: tensors[Int(output)], type: .int8),
        tensors[Int(input)].shape == tensors[Int(output)].shape
      {
        sources[output] = input
        hasLeftovers = true
      } else {
        kept.append(op)
      }
    }
    model.subgraphs[0].operators = kept
  }
}
