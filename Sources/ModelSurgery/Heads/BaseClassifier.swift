public import TFLite

/// A classifier to which classes can be added: the positions of its logits and of the embedding that they are computed
/// from.
///
/// It may be any classifier whose last layer is linear, a classifier in Coral's imprinting layout, or a classifier with
/// a ``LinearHead``, alone or beside base classes.
public struct BaseClassifier: Sendable, Hashable {
  /// The kind of the last layers.
  public enum Layout: Sendable, Hashable {
    /// A linear layer that belongs to the network.
    case linear
    /// A linear layer after L2_NORMALIZATION.
    case normalized
    /// New classes beside `base` classes of a base model.
    case kept(base: Int)
  }

  /// The kind of the last layers.
  public let layout: Layout
  /// The logits, before any softmax: a tensor of the main subgraph, by index.
  public let logits: Int32
  /// The embedding, one vector: a tensor of the main subgraph, by index.
  public let embedding: Int32
  /// The tensor that the last layer reads: the embedding, or the unit vector made of it.
  public let features: Int32
  /// The transform from the embedding to the features, if this package has added one; else ``FeatureTransform/plain``.
  public let transform: FeatureTransform
  /// The factor of the softmax, 1 if there is no softmax.
  public let beta: Float
  /// N, the number of classes.
  public let classCount: Int
  /// R, the number of rows of each class; of each base class if new classes were added.
  public let rowsPerClass: Int
  /// D, the number of elements of the embedding.
  public let dimension: Int

  /// Finds the parts of a classifier.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``, ``SurgeryError/noVector(tensor:shape:)`` or
  ///   ``SurgeryError/cannotAdapt(found:because:)`` with the last operators of the model.
  /// - Complexity: O(operators); no weights are read.
  public init(of model: Model) throws(SurgeryError) {
    let (_, output) = try model.onlyInputAndOutput()
    let path = try OutputPath(to: output, in: model)
    // One number is a vector of scores only where it is the softmax of a classifier of one class.
    guard let graph = model.mainSubgraph, let scores = graph.tensor(output), let count = scores.elementCount,
      count > (path.beta == nil ? 1 : 0)
    else {
      throw .noVector(
        tensor: model.mainSubgraph?.label(of: output) ?? "", shape: model.mainSubgraph?.tensor(output)?.shape ?? [])
    }
    let source = try EmbeddingSource(of: path, in: model)
    guard let vector = graph.tensor(source.embedding), let dimension = vector.elementCount,
      vector.shape.contains(where: { Int($0) == dimension }), graph.producer(of: source.embedding) != nil
    else {
      throw .noVector(
        tensor: graph.label(of: source.embedding), shape: graph.tensor(source.embedding)?.shape ?? [])
    }
    logits = path.logits
    beta = path.beta ?? 1
    classCount = count
    embedding = source.embedding
    features = source.layer.features
    transform = source.transform
    let base = path.steps.lazy.compactMap { step in
      if case .concatenation(let base) = step.kind { base } else { nil }
    }.first
    layout = base.map { .kept(base: $0) } ?? (source.isNormalized ? .normalized : .linear)
    rowsPerClass = source.layer.rowCount / max(1, path.classCount ?? count)
    self.dimension = dimension
  }

  /// Returns the part of the model up to the embedding, as a separate model.
  public func extractor(of model: Model) -> Model { model.cut(at: embedding) }

  /// Returns the part of the model from the embedding to the logits, as a separate model.
  public func head(of model: Model) -> Model {
    var part = model
    guard !part.subgraphs.isEmpty else { return part }
    part.subgraphs[0].operators.removeAll { $0.outputs.contains(embedding) }
    part.subgraphs[0].inputs = [embedding]
    part.signatureDefs = []
    part.metadata = []
    part.trailing = Bytes()
    return part.cut(at: logits)
  }
}

/// The network's embedding, and its transform before the last layer reads it.
struct EmbeddingSource {
  let layer: LastLayer
  /// The embedding: a tensor of the main subgraph, by index.
  private(set) var embedding: Int32
  /// Whether the layer reads unit vectors.
  private(set) var isNormalized = false
  /// The transform from the embedding to the features, if this package has added one.
  private(set) var transform = FeatureTransform.plain

  /// Follows the graph back from the last layer at the end of a path.
  ///
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` if there is no last layer.
  init(of path: OutputPath, in model: Model) throws(SurgeryError) {
    let graph = model.mainSubgraph ?? SubGraph()
    switch path.end {
    case .layer(let layer): self.layer = layer
    case .other(let index):
      let name = model.name(of: graph.operators[index])
      throw .cannotAdapt(
        found: model.lastOperators(5), because: "its logits come from \(name) instead of a linear layer")
    case .input, .circle:
      throw .cannotAdapt(found: model.lastOperators(5), because: "its logits do not come from a linear layer")
    }
    try layer.checkShapes(
      classCount: path.classCount ?? 0, isOneRowPerClass: !path.steps.contains { $0.kind == .maximum }, in: model)
    embedding = layer.features
    var tensor = layer.features
    for _ in 0..<SubGraph.longestWay {
      guard let op = graph.producer(of: tensor).map({ graph.operators[$0] }), let source = op.inputs.first else {
        break
      }
      let isOfHead = isNormalized && model.isOfHead(tensor)
      switch model.builtinOperator(of: op) {
      case .l2Normalization where !isNormalized: isNormalized = true
      case .quantize where !isNormalized:
        // Coral's own networks quantise between the normalisation and the convolution.
        guard let before = graph.producer(of: source),
          model.builtinOperator(of: graph.operators[before]) == .l2Normalization
        else {
          embedding = tensor
          return
        }
      case .sqrt where isOfHead: transform = .root
      case .mul where isOfHead: transform = .signedRoot
      case .relu where isOfHead, .reshape where isOfHead, .dequantize where isOfHead, .quantize where isOfHead,
        .concatenation where isOfHead:
        break
      default:
        embedding = tensor
        return
      }
      tensor = source
    }
    embedding = tensor
  }
}
