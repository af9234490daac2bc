import TFLite

/// The last layer of an image classifier: logits = W f + b, made by a FULLY_CONNECTED or a 1x1 CONV_2D.
///
/// What comes between it and the output may be a softmax, a change of shape, and quantising or dequantising.
public struct ClassifierHead: Sendable, Hashable {
  /// The name of its operator.
  public let name: String
  /// f: a tensor of the main subgraph, by index; it has D elements.
  public let features: Int32
  /// D, the number of features.
  public let dimension: Int
  /// N, the number of classes.
  public let classCount: Int
  /// W: `[N, D]`, real numbers, a softmax's factor included.
  public let weights: [Float]
  /// b: one a class, a softmax's factor included; zeros where the head has none.
  public let biases: [Float]
  /// Whether a softmax follows.
  public let hasSoftmax: Bool
  /// What the logits can be where they are quantised, a softmax's factor included.
  public let logitRange: ClosedRange<Float>?

  /// Finds the head of a model, or nil of a bare embedding extractor.
  ///
  /// A model without a softmax whose last layer is linear is taken for a classifier.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``, ``SurgeryError/noVector(tensor:shape:)`` or
  ///   ``SurgeryError/cannotAdapt(found:because:)`` with what was found; ``SurgeryError/unsuitable(tensor:because:)`` or
  ///   ``SurgeryError/badConstant(tensor:expected:found:)`` where a constant cannot be read.
  /// - Complexity: O(operators + N D).
  public static func find(in model: Model) throws(SurgeryError) -> ClassifierHead? {
    let (input, output) = try model.onlyInputAndOutput()
    guard let graph = model.mainSubgraph, let scores = graph.tensor(output) else {
      throw .notOneInputAndOutput(inputs: 0, outputs: 0)
    }
    guard let count = scores.elementCount, count > 1, scores.shape.contains(where: { Int($0) == count }) else {
      throw .noVector(tensor: graph.label(of: output), shape: scores.shape)
    }
    let refusal = { (because: String) in SurgeryError.cannotAdapt(found: model.lastOperators(5), because: because) }
    let path = try Path(from: output, count: count, in: model, refusal: refusal)
    guard let index = path.layer else {
      if path.beta != nil { throw refusal("before its SOFTMAX comes \(path.stop ?? "nothing")") }
      guard output != input, !graph.operators.isEmpty else { throw refusal("it has no layer") }
      return nil
    }
    return try ClassifierHead(layer: index, path: path, of: model, refusal: refusal)
  }

  private init(
    layer index: Int, path: Path, of model: Model, refusal: (String) -> SurgeryError
  ) throws(SurgeryError) {
    guard let graph = model.mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    let op = graph.operators[index]
    let name = model.name(of: op)
    guard let kernel = graph.tensor(op.inputs[1]), let vector = graph.tensor(op.inputs[0]),
      let classes = kernel.shape.first.flatMap(Int.init(exactly:)), classes == path.count,
      let dimension = kernel.shape.last.flatMap(Int.init(exactly:)), dimension > 0,
      vector.elementCount == dimension
    else {
      let shapes = op.inputs.prefix(2).map { "\(graph.tensor($0)?.shape ?? [])" }.joined(separator: " and ")
      throw refusal("its \(name) reads \(shapes), and not one vector of features and a row of weights a class")
    }
    guard graph.producer(of: op.inputs[0]) != nil else {
      throw refusal("its \(name) reads the model's input: it is a head without the network before it")
    }
    let beta = path.beta ?? 1
    let (weights, scales) = try model.realNumbers(of: op.inputs[1])
    guard weights.count == classes * dimension else {
      throw refusal("its \(name) has weights of the shape \(kernel.shape)")
    }
    let biases = try model.biases(of: op, scales: scales)
    self.name = name
    features = op.inputs[0]
    self.dimension = dimension
    classCount = classes
    self.weights = beta == 1 ? weights : weights.map { beta * $0 }
    self.biases = beta == 1 ? biases : biases.map { beta * $0 }
    hasSoftmax = path.beta != nil
    let logits = op.outputs.first.flatMap { graph.tensor($0) }.flatMap { try? ElementEncoding(of: $0, label: "") }
    logitRange = logits.flatMap { logits -> ClosedRange<Float>? in
      let ends: [UInt8] =
        switch logits {
        case .float32: []
        case .uint8: [0, 0xFF]
        case .int8: [0x80, 0x7F]
        }
      let values = ends.withUnsafeBytes { logits.values($0) }.map { beta * $0 }
      guard let least = values.first, let greatest = values.last, least.isFinite, greatest.isFinite else { return nil }
      return least...greatest
    }
  }
}

/// The way back from a model's output to its last layer.
private struct Path {
  /// How many elements the output has.
  let count: Int
  /// The layer's operator, or nil where something else was met.
  private(set) var layer: Int?
  /// The factor of the softmax on the way, or nil where there is none.
  private(set) var beta: Float?
  /// The name of what was met instead of a layer, or nil where nothing was.
  private(set) var stop: String?

  init(
    from output: Int32, count: Int, in model: Model, refusal: (String) -> SurgeryError
  ) throws(SurgeryError) {
    self.count = count
    guard let graph = model.mainSubgraph else { return }
    var tensor = output
    // A damaged file may lead in a circle; no way is longer than there are operators.
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let index = graph.producer(of: tensor) else { return }
      let op = graph.operators[index]
      stop = model.name(of: op)
      guard let builtin = model.builtinOperator(of: op), let source = op.inputs.first else { return }
      switch builtin {
      case .reshape, .squeeze, .quantize, .dequantize:
        guard graph.tensor(source)?.elementCount == count else { return }
      case .softmax:
        guard beta == nil else { throw refusal("it has two softmaxes") }
        let factor = op.options.flatMap { SoftmaxOptions($0) }?.beta ?? 1
        guard factor.isFinite, factor > 0 else { throw refusal("its SOFTMAX has the factor \(factor)") }
        beta = factor
      case .logSoftmax, .logistic, .argMax, .argMin, .topkV2:
        throw refusal("it ends in \(builtin.name), where a softmax or the logits themselves are needed")
      case .conv2D, .fullyConnected:
        if Self.isLinear(op, builtin, in: graph) { layer = index }
        return
      case .custom:
        guard stop == Model.compiledOperatorName else { throw refusal("it ends in the custom operator \(stop ?? "")") }
        return
      default:
        return
      }
      tensor = source
    }
    throw refusal("its operators run in a circle: the file is damaged")
  }

  /// Whether an operator makes W f + b and nothing else of its input.
  private static func isLinear(_ op: Operator, _ builtin: BuiltinOperator, in graph: SubGraph) -> Bool {
    guard op.inputs.count > 1, let kernel = graph.tensor(op.inputs[1]) else { return false }
    if builtin == .fullyConnected {
      let options = op.options.flatMap { FullyConnectedOptions($0) } ?? FullyConnectedOptions()
      return options.activation == .none && options.weightsFormat == .standard && kernel.shape.count == 2
    }
    let options = op.options.flatMap { Conv2DOptions($0) } ?? Conv2DOptions()
    return options.activation == .none && kernel.shape.count == 4 && kernel.shape[1] == 1 && kernel.shape[2] == 1
  }
}
