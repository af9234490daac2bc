public import TFLite

/// What the Edge TPU's compiler would make of a model, told from the model alone.
///
/// The compiler turns one part of a graph, from its beginning to where something stands against it, into one operator for
/// the Edge TPU; the rest stays on the processor. Coral documents what it takes: every tensor quantised to 8 bits, all
/// sizes known, weights and biases constant, nothing but 1 before the three innermost dimensions, and a list of operators.
/// What else the compiler refuses shows when it runs: this is what can be named before.
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
    /// Its place in the order of running.
    public let number: Int
    /// Why it does.
    public let obstacle: CompilerObstacle
  }

  /// Why the compiler would refuse the model as a whole; empty where it would not.
  public private(set) var obstacles: [CompilerObstacle] = []
  /// How many operators the Edge TPU would run.
  public private(set) var mapped = 0
  /// The operators that would stay on the processor, in the order of running.
  public private(set) var remaining: [Remaining] = []

  /// Whether the compiler would take the model, and leave something for the Edge TPU to do.
  public var isReady: Bool { obstacles.isEmpty && mapped > 0 }

  /// Looks through a model.
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
      // What prepares the input, before the compiled part begins, does not stand against it.
      if mapped > 0 || ![.quantize, .cast].contains(model.builtinOperator(of: op)) { beyond.formUnion(op.outputs) }
    }
  }

  /// The reasons for which the model is not ready, the first few in words; empty where it is.
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

/// Something in a model that the Edge TPU's compiler does not take. Tensors and operators are named as
/// ``TFLite/SubGraph/label(of:)`` and ``TFLite/Model/name(of:)`` name them.
public enum CompilerObstacle: Sendable, Hashable {
  /// The model has another number of graphs than one.
  case notOneGraph(Int)
  /// The model has an operator that was compiled already.
  case alreadyCompiled
  /// The model has nothing to compute.
  case noOperators
  /// A dimension of a tensor is known only when the model runs.
  case openShape(tensor: String, shape: [Int32])
  /// A tensor holds several pictures at once.
  case batch(tensor: String, shape: [Int32])
  /// A dimension before a tensor's three innermost ones is not 1.
  case manyDimensions(tensor: String, shape: [Int32])
  /// A tensor does not hold bytes; `type` is what it holds, as the schema names it.
  case notBytes(tensor: String, type: String)
  /// A tensor of bytes has no scale, so that these stand for nothing.
  case noScale(tensor: String)
  /// Weights, biases or another input that has to be a constant are computed.
  case notConstant(tensor: String)
  /// The Edge TPU has no such operator.
  case unsupported
  /// The Edge TPU has the operator, but not in this form.
  case form(String)
  /// It follows from what stays on the processor: only one part is compiled, that before.
  case behindAnother
}

extension CompilerObstacle: CustomStringConvertible {
  /// What is amiss, in words.
  public var description: String {
    switch self {
    case .notOneGraph(let count): "the model has \(count) graphs and not one"
    case .alreadyCompiled: "the model was compiled for the Edge TPU already"
    case .noOperators: "the model has no operator"
    case .openShape(let tensor, let shape):
      "tensor \(tensor) is \(Self.words(shape)): -1 is known only when the model runs"
    case .batch(let tensor, let shape):
      "tensor \(tensor) is \(Self.words(shape)), \(shape.first ?? 0) pictures at once and not one"
    case .manyDimensions(let tensor, let shape):
      "tensor \(tensor) is \(Self.words(shape)): all but the three innermost dimensions have to be 1"
    case .notBytes(let tensor, let type): "tensor \(tensor) is \(type), and not quantised to 8 bits"
    case .noScale(let tensor): "tensor \(tensor) has no scale"
    case .notConstant(let tensor): "tensor \(tensor) is computed, and has to be a constant"
    case .unsupported: "the Edge TPU has no such operator"
    case .form(let words): words
    case .behindAnother: "it follows from what stays on the processor"
    }
  }

  /// A shape, of which the first dimensions are enough.
  private static func words(_ shape: [Int32]) -> String {
    "[" + shape.prefix(8).map(String.init).joined(separator: ", ") + (shape.count > 8 ? ", …]" : "]")
  }
}

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
      return .form("its output is \(Array(output.shape.prefix(8))), and has to be one vector")
    case .softmax:
      guard let output, let count = output.elementCount else { return nil }
      if output.shape.last.map(Int.init) != count {
        return .form("its output is \(Array(output.shape.prefix(8))), and has to be one vector")
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
