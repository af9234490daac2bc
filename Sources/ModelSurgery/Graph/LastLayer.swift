import TFLite

/// The last layer of a model: the FULLY_CONNECTED, or the CONV_2D with a 1x1 kernel, that computes W f + b from one vector f.
///
/// A layer with a fused activation, or followed by an activation operator, is not a last layer: its output is not a
/// linear function of f. Nor is a CONV_2D with a larger kernel: at a single position it uses only part of the kernel,
/// and with several positions it reads a feature map instead of a vector.
struct LastLayer: Sendable, Hashable {
  /// The operator's index.
  let index: Int
  /// f: the tensor that the layer reads.
  let features: Int32
  /// W: the tensor of the weights, `[rows, D]` or `[rows, 1, 1, D]`.
  let kernel: Int32
  /// The tensor that the layer writes.
  let output: Int32
  /// The number of rows of W.
  let rowCount: Int
  /// D, the number of columns of W.
  let dimension: Int

  /// Recognises an operator, or returns nil if it is not a last layer.
  fileprivate init?(_ index: Int, of graph: SubGraph, in model: Model) {
    let op = graph.operators[index]
    guard op.inputs.count > 1, let kernel = graph.tensor(op.inputs[1]), let output = op.outputs.first else {
      return nil
    }
    switch model.builtinOperator(of: op) {
    case .fullyConnected:
      let options = op.options.flatMap { FullyConnectedOptions($0) } ?? FullyConnectedOptions()
      guard options.activation == .none, options.weightsFormat == .standard, kernel.shape.count == 2 else { return nil }
    case .conv2D:
      let options = op.options.flatMap { Conv2DOptions($0) } ?? Conv2DOptions()
      guard options.activation == .none, kernel.shape.count == 4, kernel.shape[1...2] == [1, 1] else { return nil }
    default: return nil
    }
    self.index = index
    self.output = output
    self.kernel = op.inputs[1]
    features = op.inputs[0]
    rowCount = Int(kernel.shape[0])
    dimension = Int(kernel.shape[kernel.shape.count - 1])
  }

  /// Checks that the layer reads one vector of D elements and has the same number of rows for each class: one, or any
  /// number.
  ///
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` with the shapes.
  func checkShapes(classCount: Int, isOneRowPerClass: Bool, in model: Model) throws(SurgeryError) {
    guard let graph = model.mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    guard dimension > 0, graph.tensor(features)?.elementCount == dimension, classCount > 0,
      isOneRowPerClass ? rowCount == classCount : rowCount >= classCount && rowCount.isMultiple(of: classCount)
    else {
      let shapes = [features, kernel].map { "\(graph.tensor($0)?.shape ?? [])" }.joined(separator: " and ")
      throw .cannotAdapt(
        found: model.lastOperators(5),
        because: "its \(model.name(of: graph.operators[index])) reads \(shapes) instead of one vector of features and "
          + "a row of weights for each class")
    }
  }

  /// Reads W, `[rows, D]`, and b, one number for each row, as real numbers multiplied by a factor.
  ///
  /// - Throws: ``SurgeryError/unsuitable(tensor:because:)`` or ``SurgeryError/badConstant(tensor:expected:found:)``.
  /// - Complexity: O(rows × D).
  func numbers(in model: Model, times factor: Float) throws(SurgeryError) -> (weights: [Float], biases: [Float]) {
    guard let graph = model.mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    let (weights, scales) = try model.realNumbers(of: kernel)
    let biases = try model.biases(of: graph.operators[index], scales: scales)
    return factor == 1 ? (weights, biases) : (weights.map { factor * $0 }, biases.map { factor * $0 })
  }

  /// Returns whether f is the embedding after normalisation (true) or without it (false), in any shape and type; nil if
  /// the layer reads another tensor.
  func isNormalized(reading embedding: Int32, in model: Model) -> Bool? {
    guard let graph = model.mainSubgraph else { return nil }
    var isNormalized = false
    var tensor = features
    for _ in 0..<SubGraph.longestWay {
      if tensor == embedding { return isNormalized }
      guard let op = graph.producer(of: tensor).map({ graph.operators[$0] }), let source = op.inputs.first else {
        return nil
      }
      switch model.builtinOperator(of: op) {
      case .reshape, .squeeze, .quantize, .dequantize: break
      case .l2Normalization where !isNormalized: isNormalized = true
      default: return nil
      }
      tensor = source
    }
    return nil
  }
}

/// The path from an output of a model back to its last layer.
///
/// All code that needs the last layer follows this path, and then refuses steps that it cannot handle.
struct OutputPath: Sendable {
  /// An operator between the last layer and the output.
  struct Step: Sendable {
    /// The effect of an operator between the last layer and the output.
    enum Kind: Sendable, Hashable {
      /// RESHAPE, SQUEEZE, QUANTIZE or DEQUANTIZE: the same numbers in another shape or type.
      case form
      /// SOFTMAX; only steps of the kind `form` may follow it.
      case softmax
      /// LOGISTIC, behind all other steps but those of form: a score for each class by itself.
      case sigmoid
      /// MUL by a constant, which is this tensor.
      case multiplication(by: Int32)
      /// REDUCE_MAX, for example over the rows of each class.
      case maximum
      /// The CONCATENATION with which this package appends new classes to `base` classes of a base model.
      case concatenation(base: Int)
    }

    /// The operator's index.
    let index: Int
    let kind: Kind
  }

  /// The end of a path.
  enum End: Sendable {
    /// At the last layer.
    case layer(LastLayer)
    /// At an operator, by index, that is neither a last layer nor a step.
    case other(Int)
    /// At a tensor that no operator writes.
    case input
    /// No end: the operators form a cycle, or there are more of them than any head has.
    case circle
  }

  /// The steps, the last operator of the model first.
  let steps: [Step]
  let end: End
  /// The factor of the softmax, or nil if there is no softmax.
  let beta: Float?
  /// The tensor that the softmax or the sigmoid reads, or the output where there is neither.
  let logits: Int32
  /// The number of classes of the last layer itself: fewer than the output's if new classes were appended to a base.
  let classCount: Int?

  /// Walks back from a tensor of the main subgraph.
  ///
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` for a softmax whose factor is not a positive number.
  /// - Complexity: O(operators); no weights are read.
  init(to output: Int32, in model: Model) throws(SurgeryError) {
    let graph = model.mainSubgraph ?? SubGraph()
    var steps: [Step] = []
    var end = End.circle
    var beta: Float?
    var logits = output
    var classCount = graph.tensor(output)?.elementCount
    var tensor = output
    for _ in 0..<SubGraph.longestWay {
      guard let index = graph.producer(of: tensor) else {
        end = .input
        break
      }
      if let layer = LastLayer(index, of: graph, in: model) {
        end = .layer(layer)
        break
      }
      guard let (kind, source) = Self.step(at: graph.operators[index], to: tensor, of: graph, in: model),
        ![.softmax, .sigmoid].contains(kind) || steps.allSatisfy({ $0.kind == .form })
      else {
        end = .other(index)
        break
      }
      switch kind {
      case .softmax:
        let factor = graph.operators[index].options.flatMap { SoftmaxOptions($0) }?.beta ?? 1
        guard factor.isFinite, factor > 0 else {
          throw .cannotAdapt(found: model.lastOperators(5), because: "its SOFTMAX has the factor \(factor)")
        }
        beta = factor
        logits = source
      case .sigmoid: logits = source
      case .concatenation(let base): classCount = base
      case .form, .multiplication, .maximum: break
      }
      steps.append(Step(index: index, kind: kind))
      tensor = source
    }
    self.steps = steps
    self.end = end
    self.beta = beta
    self.logits = logits
    self.classCount = classCount
  }

  /// Returns the last layer if only a softmax, changes of form and multiplications by one number follow it; the logits
  /// are then `factor` (W f + b).
  func linearLayer(in model: Model) -> (layer: LastLayer, factor: Float)? {
    guard case .layer(let layer) = end, firstNonlinear(in: model) == nil else { return nil }
    // From the layer to the output, as the model multiplies.
    let factors = steps.reversed().compactMap { Self.factor(of: $0, in: model) }
    return (layer, factors.reduce(1, *) * (beta ?? 1))
  }

  /// Returns the first operator, counted from the output, that is not part of a scaled linear layer.
  func firstNonlinear(in model: Model) -> Int? {
    let step = steps.first { step in
      switch step.kind {
      case .form, .softmax: false
      case .multiplication: Self.factor(of: step, in: model) == nil
      case .sigmoid, .maximum, .concatenation: true
      }
    }
    if let step { return step.index }
    if case .other(let index) = end { return index }
    return nil
  }

  /// Whether the output holds scores of classes, and no embedding: there is a softmax or a sigmoid, or a linear layer has as
  /// many rows as the model has labels, or as ImageNet has classes, or fewer rows than any embedding has elements.
  func endsInScores(of model: Model) -> Bool {
    if beta != nil || steps.contains(where: { $0.kind == .sigmoid }) { return true }
    guard case .layer(let layer) = end, firstNonlinear(in: model) == nil else { return false }
    return [1000, 1001].contains(layer.rowCount) || layer.rowCount == model.labelFile?.lineCount
      || layer.rowCount < Self.leastEmbedding
  }

  // Published extractors that end in a linear layer have 64 elements or more.
  private static let leastEmbedding = 64

  /// The number by which a step multiplies, or nil where it does not multiply by a single one.
  private static func factor(of step: Step, in model: Model) -> Float? {
    guard case .multiplication(let constant) = step.kind,
      let values = try? model.realNumbers(of: constant).values, values.count == 1
    else { return nil }
    return values[0]
  }

  /// Returns the kind of step that an operator is, and the tensor that it reads; nil if it is not a step.
  private static func step(
    at op: Operator, to tensor: Int32, of graph: SubGraph, in model: Model
  ) -> (kind: Step.Kind, source: Int32)? {
    guard var source = op.inputs.first else { return nil }
    let kind: Step.Kind
    let count = graph.tensor(tensor)?.elementCount
    switch model.builtinOperator(of: op) {
    case .reshape, .squeeze, .quantize, .dequantize: kind = .form
    case .softmax: kind = .softmax
    case .logistic: kind = .sigmoid
    case .mul:
      let options = op.options.flatMap { MulOptions($0) } ?? MulOptions()
      let isConstant = { (index: Int32) in graph.tensor(index).flatMap { model.constant($0) } != nil }
      guard op.inputs.count == 2, options.activation == .none, let place = op.inputs.lastIndex(where: isConstant) else {
        return nil
      }
      source = op.inputs[1 - place]
      kind = .multiplication(by: op.inputs[place])
    case .reduceMax: return (.maximum, source)
    case .concatenation where model.isOfHead(tensor):
      return (.concatenation(base: graph.tensor(source)?.elementCount ?? 0), source)
    default: return nil
    }
    return graph.tensor(source)?.elementCount == count ? (kind, source) : nil
  }
}

extension Model {
  /// The prefix of the names of all tensors that belong to a head of this package.
  static let headPrefix = "Imprinting"

  /// Returns whether a tensor was added with a head, judged by its name; callers must check the operators themselves.
  func isOfHead(_ index: Int32) -> Bool {
    mainSubgraph?.tensor(index)?.name?.string.hasPrefix(Self.headPrefix) == true
  }
}
