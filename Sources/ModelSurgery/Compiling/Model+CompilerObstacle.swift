import TFLite

extension Model {
  /// What stands against an operator's being run by the Edge TPU, or nil.
  func compilerObstacle(to op: Operator, in graph: SubGraph) -> CompilerObstacle? {
    guard let builtin = builtinOperator(of: op), let constants = Self.edgeTPUOperators[builtin] else {
      return .unsupported
    }
    for (place, input) in op.inputs.enumerated() where input >= 0 {
      guard let tensor = graph.tensor(input) else { return .form("it reads a tensor that is not there") }
      let isConstant = constant(tensor) != nil || tensor.elementCount == 0
      if constants.contains(place), !isConstant { return .notConstant(tensor: graph.label(of: input)) }
      if let obstacle = Self.obstacle(in: tensor, graph.label(of: input), isConstant: isConstant) { return obstacle }
    }
    for output in op.outputs {
      guard let tensor = graph.tensor(output) else { return .form("it writes a tensor that is not there") }
      if let obstacle = Self.obstacle(in: tensor, graph.label(of: output), isConstant: false) { return obstacle }
    }
    return Self.formObstacle(to: op, builtin, output: op.outputs.first.flatMap { graph.tensor($0) })
  }

  private static func obstacle(in tensor: Tensor, _ label: String, isConstant: Bool) -> CompilerObstacle? {
    // Biases, and the shapes and axes that an operator is told, are whole numbers.
    if isConstant, tensor.type == .int32 { return nil }
    guard [.uint8, .int8].contains(tensor.type) else { return .notBytes(tensor: label, type: tensor.type.name) }
    if tensor.quantization?.scale.isEmpty != false { return .noScale(tensor: label) }
    guard !isConstant else { return nil }
    let outer = tensor.shape.dropLast(3)
    if outer.contains(where: { $0 > 1 }) {
      return outer.count == 1
        ? .batch(tensor: label, shape: tensor.shape) : .manyDimensions(tensor: label, shape: tensor.shape)
    }
    return nil
  }

  private static func formObstacle(
    to op: Operator, _ builtin: BuiltinOperator, output: Tensor?
  ) -> CompilerObstacle? {
    switch builtin {
    case .averagePool2D, .maxPool2D, .concatenation:
      guard let activation = op.options?.integer("fused_activation_function"), activation != 0 else { return nil }
      return .form("it has an activation within it, which has to be an operator of its own")
    case .conv2D, .depthwiseConv2D:
      guard let width = op.options?.integer("dilation_w_factor"), let height = op.options?.integer("dilation_h_factor"),
        width != height
      else { return nil }
      return .form("its dilation is \(width) across and \(height) down, and has to be the same")
    case .fullyConnected:
      if let format = op.options?.integer("weights_format"), format != 0 {
        return .form("its weights are stored in another than the usual order")
      }
      guard let output, let count = output.elementCount, output.shape.last.map(Int.init) != count else { return nil }
      return .form("its output is \(output.shape), and has to be one vector")
    case .softmax:
      guard let output, let count = output.elementCount else { return nil }
      if output.shape.last.map(Int.init) != count {
        return .form("its output is \(output.shape), and has to be one vector")
      }
      return count > 16_000 ? .form("it has \(count) elements, and may have 16000") : nil
    default: return nil
    }
  }

  /// The operators that Coral lists, with the places of inputs that have to be constants.
  private static let edgeTPUOperators: [BuiltinOperator: Set<Int>] = [
    .add: [], .averagePool2D: [], .concatenation: [], .conv2D: [1, 2], .depthwiseConv2D: [1, 2], .expandDims: [1],
    .fullyConnected: [1, 2], .l2Normalization: [], .logistic: [], .lstm: [], .maximum: [], .maxPool2D: [], .mean: [1],
    .minimum: [], .mul: [], .pack: [], .pad: [1], .prelu: [1], .quantize: [], .reduceMax: [1], .reduceMin: [1],
    .relu: [], .relu6: [], .reluN1To1: [], .reshape: [1], .resizeBilinear: [1], .resizeNearestNeighbor: [1],
    .rsqrt: [], .slice: [1, 2], .softmax: [], .spaceToDepth: [], .split: [0], .squaredDifference: [], .squeeze: [],
    .stridedSlice: [1, 2, 3], .sub: [], .sum: [1], .tanh: [], .transpose: [1], .transposeConv: [0, 1, 3],
    .unidirectionalSequenceLstm: [],
  ]
}
