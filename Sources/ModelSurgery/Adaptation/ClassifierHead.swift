public import TFLite

/// The last layer of an image classifier as numbers: logits = W f + b, computed by a FULLY_CONNECTED or a 1x1 CONV_2D.
///
/// Between it and the output there may be a softmax, changes of shape, quantising or dequantising, and a multiplication by
/// one number; the factor of the softmax and that number are included in W and b.
public struct ClassifierHead: Sendable, Hashable {
  /// The name of its operator.
  public let name: String
  /// f, of D elements: a tensor of the main subgraph, by index.
  public let features: Int32
  /// D, the number of features.
  public let dimension: Int
  /// N, the number of classes.
  public let classCount: Int
  /// W: `[N, D]`.
  public let weights: [Float]
  /// b: one for each class; zeros if the layer has no biases.
  public let biases: [Float]
  /// Whether a softmax follows.
  public let hasSoftmax: Bool
  /// The range of the logits if they are quantised.
  public let logitRange: ClosedRange<Float>?

  /// Finds the head of a model; nil for an embedding extractor.
  ///
  /// A model without a softmax whose last layer is linear counts as a classifier.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``, ``SurgeryError/noVector(tensor:shape:)`` or
  ///   ``SurgeryError/cannotAdapt(found:because:)`` with the last operators of the model;
  ///   ``SurgeryError/unsuitable(tensor:because:)`` or ``SurgeryError/badConstant(tensor:expected:found:)`` if a
  ///   constant cannot be read.
  /// - Complexity: O(operators + N D).
  public static func find(in model: Model) throws(SurgeryError) -> ClassifierHead? {
    let (input, output) = try model.onlyInputAndOutput()
    guard let graph = model.mainSubgraph, let scores = graph.tensor(output) else {
      throw .notOneInputAndOutput(inputs: 0, outputs: 0)
    }
    let path = try OutputPath(to: output, in: model)
    // One number is a vector of scores only where it is the softmax of a classifier of one class.
    guard let count = scores.elementCount, count > (path.beta == nil ? 1 : 0),
      scores.shape.contains(where: { Int($0) == count })
    else { throw .noVector(tensor: graph.label(of: output), shape: scores.shape) }
    if let (layer, factor) = path.linearLayer(in: model) {
      try layer.checkShapes(classCount: count, isOneRowPerClass: true, in: model)
      return try ClassifierHead(layer, times: factor, hasSoftmax: path.beta != nil, of: model)
    }
    if let reason = refusal(of: path, in: model) {
      throw .cannotAdapt(found: model.lastOperators(5), because: reason)
    }
    guard output != input, !graph.operators.isEmpty else {
      throw .cannotAdapt(found: model.lastOperators(5), because: "it has no layer")
    }
    return nil
  }

  /// Returns why a model whose output does not come from a linear layer is not an embedding extractor, or nil if it is
  /// one.
  private static func refusal(of path: OutputPath, in model: Model) -> String? {
    let graph = model.mainSubgraph ?? SubGraph()
    if case .circle = path.end { return "its operators form a cycle: the file is damaged" }
    guard let index = path.firstNonlinear(in: model) else {
      return path.beta == nil ? nil : "its SOFTMAX follows no operator"
    }
    let name = model.name(of: graph.operators[index])
    switch model.builtinOperator(of: graph.operators[index]) {
    case .logSoftmax, .logistic, .argMax, .argMin, .topkV2:
      return "it ends in \(name), and a softmax or logits are needed"
    case .softmax where path.beta != nil: return "it has two softmaxes"
    case .custom where name != Model.compiledOperatorName: return "it ends in the custom operator \(name)"
    default: return path.beta == nil ? nil : "its SOFTMAX follows \(name)"
    }
  }

  private init(_ layer: LastLayer, times factor: Float, hasSoftmax: Bool, of model: Model) throws(SurgeryError) {
    guard let graph = model.mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    name = model.name(of: graph.operators[layer.index])
    guard graph.producer(of: layer.features) != nil else {
      throw .cannotAdapt(
        found: model.lastOperators(5),
        because: "its \(name) reads the model's input: it is a head without the network before it")
    }
    features = layer.features
    dimension = layer.dimension
    classCount = layer.rowCount
    (weights, biases) = try layer.numbers(in: model, times: factor)
    self.hasSoftmax = hasSoftmax
    let logits = graph.tensor(layer.output).flatMap { try? ElementEncoding(of: $0, label: "") }
    let ends: [UInt8] =
      switch logits {
      case .float32, nil: []
      case .uint8: [0, 0xFF]
      case .int8: [0x80, 0x7F]
      }
    let values = ends.withUnsafeBytes { logits?.values($0) ?? [] }.map { factor * $0 }
    if let least = values.min(), let greatest = values.max(), least.isFinite, greatest.isFinite {
      logitRange = least...greatest
    } else {
      logitRange = nil
    }
  }
}
