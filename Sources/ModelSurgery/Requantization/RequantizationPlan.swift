import TFLite

/// Which operators of a uint8 graph are to run on int8, and in which forms each tensor is needed then.
struct RequantizationPlan: Sendable {
  /// The layers to rewrite, by the places of their operators.
  private(set) var layers: [Int: UnsignedLayer] = [:]
  /// Whether an operator is to be rewritten, by its place.
  private(set) var isRewritten: [Bool]
  /// Whether a tensor is one of bytes that can take either form, and is computed by one operator or fed in.
  private(set) var isComputed: [Bool]
  /// Who writes a tensor: the place of an operator, or nil for an input, a constant or one that is written twice.
  private(set) var producers: [Int?]
  /// The tensors that are needed as int8 and as uint8.
  private(set) var neededSigned: [Bool]
  private(set) var neededUnsigned: [Bool]

  private let model: Model
  private let graph: SubGraph

  /// Whether anything is to be rewritten.
  var isEmpty: Bool { !isRewritten.contains(true) }

  /// Makes the plan.
  ///
  /// - Complexity: O(tensors + operators and what they read and write).
  init(_ model: Model, _ graph: SubGraph, interface: Requantization.Interface) {
    self.model = model
    self.graph = graph
    isRewritten = Array(repeating: false, count: graph.operators.count)
    isComputed = Array(repeating: false, count: graph.tensors.count)
    producers = Array(repeating: nil, count: graph.tensors.count)
    neededSigned = isComputed
    neededUnsigned = isComputed
    findComputed()
    chooseOperators(interface)
    guard !isEmpty else { return }
    for (place, op) in graph.operators.enumerated() {
      for tensor in op.inputs + op.outputs { need(tensor, signed: isRewritten[place]) }
    }
    for tensor in graph.inputs + graph.outputs { need(tensor, signed: interface == .signed) }
  }

  private mutating func need(_ tensor: Int32, signed: Bool) {
    guard let index = Int(exactly: tensor), isComputed.indices.contains(index), isComputed[index] else { return }
    if signed { neededSigned[index] = true } else { neededUnsigned[index] = true }
  }

  private mutating func findComputed() {
    var writers = Array(repeating: 0, count: graph.tensors.count)
    for tensor in graph.inputs where writers.indices.contains(Int(tensor)) { writers[Int(tensor)] += 1 }
    for (place, op) in graph.operators.enumerated() {
      for tensor in op.outputs where writers.indices.contains(Int(tensor)) {
        writers[Int(tensor)] += 1
        producers[Int(tensor)] = place
      }
    }
    for (index, tensor) in graph.tensors.enumerated() {
      if writers[index] != 1 { producers[index] = nil }
      isComputed[index] = writers[index] == 1 && ByteScale(of: tensor) != nil && model.constant(tensor) == nil
    }
  }

  /// Chooses layers with weights, and what hangs together with them.
  private mutating func chooseOperators(_ interface: Requantization.Interface) {
    var candidates = Array(repeating: false, count: graph.operators.count)
    var readers: [[Int]] = Array(repeating: [], count: graph.tensors.count)
    var open: [Int] = []
    let tail = try? ImprintingTail(of: model)
    let ends = Set(graph.inputs + graph.outputs)
    for (place, op) in graph.operators.enumerated() {
      for tensor in op.inputs where readers.indices.contains(Int(tensor)) { readers[Int(tensor)].append(place) }
      // What reads Coral's layout wants its classes to lie in one scale, and no QUANTIZE behind them.
      if interface == .kept, let tail, tail.contains(place) { continue }
      candidates[place] = canRewrite(op, at: place, inOneScale: place == tail?.convolution)
      let isSeed = layers[place] != nil || interface == .signed && isBorder(op, ends)
      if candidates[place], isSeed { open.append(place) }
    }
    for place in open { isRewritten[place] = true }
    while let place = open.popLast() {
      let op = graph.operators[place]
      for tensor in op.inputs + op.outputs {
        guard let index = Int(exactly: tensor), isComputed.indices.contains(index), isComputed[index] else { continue }
        for next in readers[index] + [producers[index] ?? -1] where next >= 0 {
          guard candidates[next], !isRewritten[next] else { continue }
          isRewritten[next] = true
          open.append(next)
        }
        // Asked once, a tensor need not be asked again.
        readers[index] = []
      }
    }
    layers = layers.filter { isRewritten[$0.key] }
  }

  /// Whether an operator only turns an input of the model into int8, or int8 into an output.
  private func isBorder(_ op: Operator, _ ends: Set<Int32>) -> Bool {
    guard model.builtinOperator(of: op) == .quantize, let input = op.inputs.first, let output = op.outputs.first else {
      return false
    }
    let (from, to) = (graph.tensor(input)?.type, graph.tensor(output)?.type)
    return ends.contains(input) && from == .uint8 && to == .int8
      || ends.contains(output) && from == .int8 && to == .uint8
  }

  private mutating func canRewrite(_ op: Operator, at place: Int, inOneScale: Bool) -> Bool {
    guard let builtin = model.builtinOperator(of: op), let rule = RequantizationRule(of: builtin),
      op.intermediates.isEmpty, !op.mutatingVariableInputs.contains(true), op.newerFields.isEmpty
    else { return false }
    for tensor in op.outputs {
      guard let written = graph.tensor(tensor), isComputed[Int(tensor)] || rule == .conversion && written.type != .uint8
      else { return false }
    }
    if case .layer(let dimension) = rule {
      guard let layer = UnsignedLayer(op, dimension: inOneScale ? .none : dimension, of: model, graph),
        isComputed[Int(layer.input)]
      else { return false }
      layers[place] = layer
      return true
    }
    var scales: [ByteScale] = []
    for tensor in op.inputs where tensor >= 0 {
      guard let read = graph.tensor(tensor) else { return false }
      switch read.type {
      case .uint8:
        guard let scale = ByteScale(of: read), isComputed[Int(tensor)] || model.constant(read) != nil else {
          return false
        }
        scales.append(scale)
      case .int32, .int64: continue
      default: guard rule == .conversion else { return false }
      }
    }
    let results = op.outputs.compactMap { graph.tensor($0) }.compactMap { ByteScale(of: $0) }
    switch rule {
    case .same: return !scales.isEmpty && Set(scales + results).count == 1
    case .rescaled:
      guard let result = results.first, !scales.isEmpty, results.count == 1 else { return false }
      return op.inputs.allSatisfy { canRescale($0, to: result) }
    case .free: return !scales.isEmpty
    case .fixed(let scale, let zeroPoint):
      return !scales.isEmpty && results.allSatisfy { $0 == ByteScale(scale: scale, zeroPoint: zeroPoint) }
    case .conversion: return scales.count + results.count > 0
    case .layer: return false
    }
  }

  /// Whether a tensor has the scale and zero point of a result, or a QUANTIZE can bring it there.
  private func canRescale(_ index: Int32, to result: ByteScale) -> Bool {
    guard let tensor = graph.tensor(index), let scale = ByteScale(of: tensor) else { return false }
    if scale == result { return true }
    // Kernels take no wider range of ratios, nor more dimensions.
    return isComputed[Int(index)] && tensor.shape.count <= 6 && (1 / 128...128).contains(scale.scale / result.scale)
  }
}

extension ImprintingTail {
  /// Whether an operator, by its place, is one of the tail.
  fileprivate func contains(_ place: Int) -> Bool {
    [normalization, convolution, multiplication, reshape, softmax].contains(place)
  }
}

/// What an operator of uint8 tensors asks of them to be run on int8 ones instead, 128 lower.
enum RequantizationRule: Sendable, Hashable {
  /// A layer with weights: one scale for each index of a dimension of them, or one in all.
  case layer(weightScales: QuantizationRule.Dimension)
  /// The numbers are only moved or compared: all tensors stand for real numbers in the same way.
  case same
  /// The numbers are only moved, and those of a computed tensor that stand for real numbers in another way than the
  /// result's are brought to its scale before.
  case rescaled
  /// Every tensor has a scale of its own.
  case free
  /// The result's scale and zero point, as uint8, are the ones that the runtime prescribes.
  case fixed(scale: Float, zeroPoint: Int64)
  /// The result, or what is read, may be of another type.
  case conversion

  /// The rule of an operator, or nil for one that stays as it is.
  init?(of builtin: BuiltinOperator) {
    switch builtin {
    case .conv2D: self = .layer(weightScales: .first)
    case .depthwiseConv2D: self = .layer(weightScales: .last)
    // Scales by row came to the runtimes late.
    case .fullyConnected: self = .layer(weightScales: .none)
    case .averagePool2D, .maxPool2D, .reshape, .squeeze, .expandDims, .pad, .padV2, .transpose,
      .resizeBilinear, .resizeNearestNeighbor, .stridedSlice, .slice, .split, .maximum, .minimum, .reduceMax,
      .spaceToBatchNd, .batchToSpaceNd, .depthToSpace, .pack:
      self = .same
    case .concatenation: self = .rescaled
    case .add, .sub, .mul, .mean, .sum, .relu, .relu6, .prelu, .leakyRelu, .hardSwish: self = .free
    case .softmax, .logistic: self = .fixed(scale: 1 / 256, zeroPoint: 0)
    case .tanh, .l2Normalization: self = .fixed(scale: 1 / 128, zeroPoint: 128)
    case .quantize, .dequantize, .argMax: self = .conversion
    default: return nil
    }
  }
}

/// How the bytes of a whole tensor stand for real numbers: scale (q − zero point).
struct ByteScale: Sendable, Hashable {
  let scale: Float
  let zeroPoint: Int64

  init(scale: Float, zeroPoint: Int64) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// That of a dense tensor of bytes, or nil where its quantisation is missing, by channel or senseless.
  init?(of tensor: Tensor, type: TensorType = .uint8) {
    guard tensor.type == type, tensor.sparsity == nil, !tensor.isVariable, tensor.externalBuffer == 0,
      tensor.newerFields.isEmpty, let quantization = tensor.quantization, quantization.details == nil,
      quantization.newerFields.isEmpty, quantization.scale.count == 1, quantization.zeroPoint.count <= 1,
      let scale = quantization.scale.first, scale.isNormal, scale > 0
    else { return nil }
    zeroPoint = quantization.zeroPoint.first ?? 0
    self.scale = scale
    guard (type == .uint8 ? 0...255 : -128...127).contains(zeroPoint) else { return nil }
  }
}

extension Tensor {
  /// The tensor of uint8 as one of int8, each number 128 lower and standing for the same.
  var signed: Tensor {
    var tensor = self
    tensor.type = .int8
    tensor.quantization?.zeroPoint = [(quantization?.zeroPoint.first ?? 0) - 128]
    return tensor
  }
}

extension Bytes {
  /// Bytes 128 lower, as signed ones: the highest bit turned over.
  var signed: Bytes {
    withUnsafeBytes { source in
      Bytes(
        [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
          for place in 0..<source.count { target[place] = source[place] ^ 0x80 }
          count = source.count
        })
    }
  }
}
