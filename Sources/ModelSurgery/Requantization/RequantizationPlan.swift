import TFLite

/// A plan: which operators of a uint8 graph to convert to int8, and in which forms each tensor is then needed.
struct RequantizationPlan: Sendable {
  /// The layers to convert, by operator index.
  private(set) var layers: [Int: UnsignedLayer] = [:]
  /// Whether to convert each operator.
  private(set) var isRewritten: [Bool]
  /// Whether a tensor is 8-bit, can have either form, and has exactly one source: an operator or a model input.
  private(set) var isComputed: [Bool]
  /// The operator that writes each tensor, or nil for inputs, constants and tensors written twice.
  private(set) var producers: [Int?]
  /// Whether each tensor is needed as int8 and as uint8.
  private(set) var neededSigned: [Bool]
  private(set) var neededUnsigned: [Bool]

  private let model: Model
  private let graph: SubGraph

  /// Whether there is nothing to convert.
  var isEmpty: Bool { !isRewritten.contains(true) }

  /// Creates the plan.
  ///
  /// - Complexity: O(tensors + operators + their inputs and outputs).
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

  /// Selects layers with weights and the operators connected with them.
  private mutating func chooseOperators(_ interface: Requantization.Interface) {
    var candidates = Array(repeating: false, count: graph.operators.count)
    var readers: [[Int]] = Array(repeating: [], count: graph.tensors.count)
    var open: [Int] = []
    let tail = try? ImprintingTail(of: model)
    let ends = Set(graph.inputs + graph.outputs)
    for (place, op) in graph.operators.enumerated() {
      for tensor in op.inputs where readers.indices.contains(Int(tensor)) { readers[Int(tensor)].append(place) }
      // Readers of Coral's layout expect its classes in one scale and no QUANTIZE after them.
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
        // Each tensor's readers are visited only once.
        readers[index] = []
      }
    }
    layers = layers.filter { isRewritten[$0.key] }
  }

  /// Returns whether an operator only converts a model input to int8, or int8 to a model output.
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

  /// Returns whether a tensor has the scale and zero point of the result, or a QUANTIZE can convert it.
  private func canRescale(_ index: Int32, to result: ByteScale) -> Bool {
    guard let tensor = graph.tensor(index), let scale = ByteScale(of: tensor) else { return false }
    if scale == result { return true }
    // Kernels support no wider range of ratios, and no more dimensions.
    return isComputed[Int(index)] && tensor.shape.count <= 6 && (1 / 128...128).contains(scale.scale / result.scale)
  }
}

extension ImprintingTail {
  /// Returns whether an operator index belongs to the tail.
  fileprivate func contains(_ place: Int) -> Bool {
    [normalization, convolution, multiplication, reshape, softmax].contains(place)
  }
}

/// The requirements for converting an operator from uint8 to int8.
enum RequantizationRule: Sendable, Hashable {
  /// A layer with weights: one scale per index of a dimension, or a single scale.
  case layer(weightScales: QuantizationRule.Dimension)
  /// Elements are only moved or compared: all tensors must have the same scale and zero point.
  case same
  /// Elements are only moved: computed tensors with another scale or zero point than the result are converted first.
  case rescaled
  /// Every tensor has its own scale.
  case free
  /// The result must have the prescribed scale and zero point, given for uint8.
  case fixed(scale: Float, zeroPoint: Int64)
  /// The input or the result may have another type.
  case conversion

  /// Returns the rule of an operator, or nil if it is not converted.
  init?(of builtin: BuiltinOperator) {
    switch builtin {
    case .conv2D: self = .layer(weightScales: .first)
    case .depthwiseConv2D: self = .layer(weightScales: .last)
    // Older runtimes do not support scales per row.
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

/// The scale and zero point of an 8-bit tensor: x = scale (q − zero point).
struct ByteScale: Sendable, Hashable {
  let scale: Float
  let zeroPoint: Int64

  init(scale: Float, zeroPoint: Int64) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Reads the scale and zero point of a dense 8-bit tensor; returns nil if its quantisation is missing, per channel or
  /// invalid.
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
  /// The uint8 tensor as int8: each element 128 lower, for the same value.
  var signed: Tensor {
    var tensor = self
    tensor.type = .int8
    tensor.quantization?.zeroPoint = [(quantization?.zeroPoint.first ?? 0) - 128]
    return tensor
  }
}

extension Bytes {
  /// The bytes 128 lower, as int8: the highest bit flipped.
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
