public import TFLite

/// A prediction of what the Edge TPU compiler will do with a model, from the model alone.
///
/// The compiler turns one part of a graph, from its start to the first obstacles, into a single operator for the Edge
/// TPU; the rest stays on the processor. Coral documents its requirements: all tensors quantised to 8 bits, static
/// shapes, constant weights and biases, sizes of 1 outside the three innermost dimensions, and supported operators.
/// Other reasons for refusal show only when the compiler runs.
///
/// ```swift
/// let readiness = CompilerReadiness(of: try Model(contentsOf: file))
/// for operation in readiness.remaining { print(operation.name, operation.obstacle) }
/// ```
public struct CompilerReadiness: Sendable, Hashable {
  /// An operator that stays on the processor.
  public struct Remaining: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its position in execution order.
    public let number: Int
    /// Why it stays there.
    public let obstacle: CompilerObstacle
  }

  /// Why the compiler would refuse the whole model; empty if it would not.
  public private(set) var obstacles: [CompilerObstacle] = []
  /// The number of operators that the Edge TPU would run.
  public private(set) var mapped = 0
  /// The operators that would stay on the processor, in execution order.
  public private(set) var remaining: [Remaining] = []

  /// Whether the compiler would accept the model and compile at least one operator.
  public var isReady: Bool { obstacles.isEmpty && mapped > 0 }

  /// Examines a model.
  ///
  /// - Complexity: O(tensors + operators); no weights are read.
  public init(of model: Model) {
    guard model.subgraphs.count == 1, let graph = model.subgraphs.first else {
      obstacles = [.notOneGraph(model.subgraphs.count)]
      return
    }
    guard !graph.operators.isEmpty else {
      obstacles = [.noOperators]
      return
    }
    guard !model.isCompiled else {
      obstacles = [.alreadyCompiled]
      return
    }
    let used = Set(graph.inputs + graph.outputs + graph.operators.flatMap { $0.inputs + $0.outputs }).sorted()
    obstacles = used.compactMap { index in
      guard let tensor = graph.tensor(index), tensor.shape.contains(where: { $0 < 0 }) else { return nil }
      return .openShape(tensor: graph.label(of: index), shape: tensor.shape)
    }
    walk(graph, of: model)
  }

  private mutating func walk(_ graph: SubGraph, of model: Model) {
    var beyond: Set<Int32> = []
    for (number, op) in graph.operators.enumerated() {
      let follows = op.inputs.contains { beyond.contains($0) }
      guard let obstacle = follows ? .behindAnother : model.compilerObstacle(to: op, in: graph) else {
        mapped += 1
        continue
      }
      remaining.append(Remaining(name: String(model.name(of: op).prefix(100)), number: number, obstacle: obstacle))
      // Preparation of the input before the compiled part is no obstacle.
      if mapped > 0 || ![.quantize, .cast].contains(model.builtinOperator(of: op)) { beyond.formUnion(op.outputs) }
    }
  }

  /// The first few reasons why the model is not ready; empty if it is ready.
  public var complaint: String {
    if !obstacles.isEmpty { return Self.list(obstacles.map(\.description)) }
    guard mapped == 0 else { return "" }
    let own = remaining.filter { $0.obstacle != .behindAnother }
    return Self.list((own.isEmpty ? remaining : own).map { "operator \($0.number), \($0.name): \($0.obstacle)" })
  }

  private static func list(_ reasons: [String]) -> String {
    reasons.prefix(4).joined(separator: "; ") + (reasons.count > 4 ? "; and \(reasons.count - 4) more" : "")
  }
}

/// An obstacle to compiling a model for the Edge TPU. Tensors and operators are named as by
/// ``TFLite/SubGraph/label(of:)`` and ``TFLite/Model/name(of:)``.
public enum CompilerObstacle: Sendable, Hashable {
  /// The model does not have exactly one subgraph.
  case notOneGraph(Int)
  /// The model has a compiled operator already.
  case alreadyCompiled
  /// The model has no operators.
  case noOperators
  /// A dimension of a tensor is known only when the model runs.
  case openShape(tensor: String, shape: [Int32])
  /// A tensor has a batch size above 1.
  case batch(tensor: String, shape: [Int32])
  /// A dimension outside the three innermost ones is not 1.
  case manyDimensions(tensor: String, shape: [Int32])
  /// A tensor is not quantised to 8 bits; `type` is the schema's name of its type.
  case notBytes(tensor: String, type: String)
  /// A tensor of 8-bit elements has no scale.
  case noScale(tensor: String)
  /// An input that must be constant, such as weights, is computed.
  case notConstant(tensor: String)
  /// The Edge TPU does not support the operator.
  case unsupported
  /// The Edge TPU supports the operator, but not in this form.
  case form(String)
  /// The operator depends on one that stays on the processor: only the part before it is compiled.
  case behindAnother
}

extension CompilerObstacle: CustomStringConvertible {
  /// A description of the obstacle.
  public var description: String {
    switch self {
    case .notOneGraph(let count): "the model has \(count) subgraphs instead of one"
    case .alreadyCompiled: "the model was compiled for the Edge TPU already"
    case .noOperators: "the model has no operator"
    case .openShape(let tensor, let shape):
      "tensor \(tensor) is \(Self.words(shape)): -1 is known only when the model runs"
    case .batch(let tensor, let shape):
      "tensor \(tensor) is \(Self.words(shape)), \(shape.first ?? 0) pictures at once instead of one"
    case .manyDimensions(let tensor, let shape):
      "tensor \(tensor) is \(Self.words(shape)): all but the three innermost dimensions must be 1"
    case .notBytes(let tensor, let type): "tensor \(tensor) is \(type) instead of quantised to 8 bits"
    case .noScale(let tensor): "tensor \(tensor) has no scale"
    case .notConstant(let tensor): "tensor \(tensor) is computed, and must be constant"
    case .unsupported: "the Edge TPU has no such operator"
    case .form(let words): words
    case .behindAnother: "it depends on an operator that stays on the processor"
    }
  }

  /// Formats a shape, shortened to its first dimensions.
  private static func words(_ shape: [Int32]) -> String {
    "[" + shape.prefix(8).map(String.init).joined(separator: ", ") + (shape.count > 8 ? ", …]" : "]")
  }
}

extension Model {
  /// Returns the obstacle to running an operator on the Edge TPU, or nil.
  func compilerObstacle(to op: Operator, in graph: SubGraph) -> CompilerObstacle? {
    guard let builtin = builtinOperator(of: op), let constants = Self.edgeTPUOperators[builtin] else {
      return .unsupported
    }
    for (place, input) in op.inputs.enumerated() where input >= 0 {
      guard let tensor = graph.tensor(input) else { return .form("it reads a tensor that does not exist") }
      let isConstant = constant(tensor) != nil || tensor.elementCount == 0
      if constants.contains(place), !isConstant { return .notConstant(tensor: graph.label(of: input)) }
      if let obstacle = Self.obstacle(in: tensor, graph.label(of: input), isConstant: isConstant) { return obstacle }
    }
    for output in op.outputs {
      guard let tensor = graph.tensor(output) else { return .form("it writes a tensor that does not exist") }
      if let obstacle = Self.obstacle(in: tensor, graph.label(of: output), isConstant: false) { return obstacle }
    }
    return Self.formObstacle(to: op, builtin, output: op.outputs.first.flatMap { graph.tensor($0) })
  }

  private static func obstacle(in tensor: Tensor, _ label: String, isConstant: Bool) -> CompilerObstacle? {
    // Biases, shapes and axes are integers.
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
      return .form("its fused activation must be a separate operator")
    case .conv2D, .depthwiseConv2D:
      guard let width = op.options?.integer("dilation_w_factor"), let height = op.options?.integer("dilation_h_factor"),
        width != height
      else { return nil }
      return .form("its dilation is \(width) horizontally and \(height) vertically, and must be equal")
    case .fullyConnected:
      if let format = op.options?.integer("weights_format"), format != 0 {
        return .form("its weights are not in the default format")
      }
      guard let output, let count = output.elementCount, output.shape.last.map(Int.init) != count else { return nil }
      return .form("its output is \(Array(output.shape.prefix(8))), and must be a single vector")
    case .softmax:
      guard let output, let count = output.elementCount else { return nil }
      if output.shape.last.map(Int.init) != count {
        return .form("its output is \(Array(output.shape.prefix(8))), and must be a single vector")
      }
      return count > 16_000 ? .form("it has \(count) elements; the maximum is 16000") : nil
    default: return nil
    }
  }

  /// The operators that Coral documents, with the positions of inputs that must be constant.
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
