import TFLite

/// A classifier as something to teach more classes to: where its logits are, and the embedding that they are made of.
///
/// It may be any classifier whose last layer is linear, one in Coral's imprinting layout, or one that was written with a
/// ``LinearHead``, alone or beside a base.
public struct BaseClassifier: Sendable, Hashable {
  /// What the last layers are.
  public enum Layout: Sendable, Hashable {
    /// A linear layer of the network's own.
    case linear
    /// A linear layer behind L2_NORMALIZATION.
    case normalized
    /// New classes beside those of a base, the number of which is given.
    case kept(base: Int)
  }

  /// What the last layers are.
  public let layout: Layout
  /// The logits, before any softmax: a tensor of the main subgraph, by index.
  public let logits: Int32
  /// The embedding: a tensor of the main subgraph, by index; one vector.
  public let embedding: Int32
  /// What the last linear layer reads: the embedding, or the unit vector that is made of it.
  public let features: Int32
  /// What is done to the embedding before it is normalised, where this package has put that there.
  public let root: EmbeddingRoot
  /// The factor of the softmax, 1 where there is none.
  public let beta: Float
  /// N, the number of classes.
  public let classCount: Int
  /// R, the rows of each class.
  public let rowsPerClass: Int
  /// D, the number of the embedding's elements.
  public let dimension: Int

  /// Finds the parts of a classifier.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``, ``SurgeryError/noVector(tensor:shape:)`` or
  ///   ``SurgeryError/cannotAdapt(found:because:)`` with what was found.
  /// - Complexity: O(operators); no weights are read.
  public init(of model: Model) throws(SurgeryError) {
    let (_, output) = try model.onlyInputAndOutput()
    guard let graph = model.mainSubgraph, let scores = graph.tensor(output), let count = scores.elementCount, count > 1
    else { throw .noVector(tensor: model.mainSubgraph?.label(of: output) ?? "", shape: []) }
    var logits = output
    var beta: Float = 1
    var tensor = output
    search: for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let op = graph.producer(of: tensor).map({ graph.operators[$0] }), let source = op.inputs.first,
        graph.tensor(source)?.elementCount == count
      else { break }
      switch model.builtinOperator(of: op) {
      case .softmax:
        beta = op.options.flatMap { SoftmaxOptions($0) }?.beta ?? 1
        guard beta.isFinite, beta > 0 else {
          throw .cannotAdapt(found: model.lastOperators(5), because: "its SOFTMAX has the factor \(beta)")
        }
        logits = source
        break search
      case .reshape, .squeeze, .quantize, .dequantize: tensor = source
      default: break search
      }
    }
    let found = try Self.source(ofLogits: logits, in: model)
    guard let vector = graph.tensor(found.embedding), let dimension = vector.elementCount,
      vector.shape.contains(where: { Int($0) == dimension }), graph.producer(of: found.embedding) != nil
    else {
      throw .noVector(
        tensor: graph.label(of: found.embedding), shape: graph.tensor(found.embedding)?.shape ?? [])
    }
    self.logits = logits
    self.beta = beta
    classCount = count
    embedding = found.embedding
    features = found.features
    root = found.root
    layout = found.base.map { .kept(base: $0) } ?? (found.isNormalized ? .normalized : .linear)
    rowsPerClass = found.rows.isMultiple(of: count) ? max(1, found.rows / count) : 1
    self.dimension = dimension
  }

  /// The model up to the embedding, as a model of its own.
  public func extractor(of model: Model) -> Model { model.cut(at: embedding) }

  /// The model from the embedding to the logits, as a model of its own.
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

  /// What logits are made of.
  struct Source {
    /// The embedding.
    var embedding: Int32 = -1
    /// What the linear layer reads.
    var features: Int32 = -1
    /// What was done to the embedding before it was normalised.
    var root = EmbeddingRoot.none
    /// Whether the features are normalised.
    var isNormalized = false
    /// The number of classes of the base, of new ones beside it.
    var base: Int?
    /// The rows of the linear layer.
    var rows = 0
  }

  /// Goes back from logits to the embedding.
  static func source(ofLogits logits: Int32, in model: Model) throws(SurgeryError) -> Source {
    guard let graph = model.mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    var found = Source()
    var tensor = logits
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let op = graph.producer(of: tensor).map({ graph.operators[$0] }), let source = op.inputs.first else {
        break
      }
      switch model.builtinOperator(of: op) {
      case .reshape, .squeeze, .quantize, .dequantize, .reduceMax: tensor = source
      case .mul:
        guard let other = op.inputs.last, graph.tensor(other).flatMap({ model.constant($0) }) != nil else {
          throw refusal(model, "its logits come from a MUL of two tensors")
        }
        tensor = source
      case .concatenation where model.isOfHead(tensor, in: graph):
        if found.base == nil { found.base = graph.tensor(source)?.elementCount ?? 0 }
        tensor = source
      case .fullyConnected, .conv2D:
        guard op.inputs.count > 1, let kernel = graph.tensor(op.inputs[1]) else {
          throw refusal(model, "its \(model.name(of: op)) has no weights")
        }
        found.rows = kernel.shape.first.map(Int.init) ?? 0
        found.features = source
        model.findEmbedding(&found, in: graph)
        return found
      default: throw refusal(model, "its logits come from \(model.name(of: op)), and not from a linear layer")
      }
    }
    throw refusal(model, "its logits come from no linear layer")
  }

  private static func refusal(_ model: Model, _ because: String) -> SurgeryError {
    .cannotAdapt(found: model.lastOperators(5), because: because)
  }
}

extension Model {
  /// Whether a tensor was added with a head, by its name; what follows from it is checked by what is there.
  fileprivate func isOfHead(_ index: Int32, in graph: SubGraph) -> Bool {
    graph.tensor(index)?.name?.string.hasPrefix(Self.headPrefix) == true
  }

  /// Goes back from what a linear layer reads to the network's own embedding.
  fileprivate func findEmbedding(_ found: inout BaseClassifier.Source, in graph: SubGraph) {
    var tensor = found.features
    for _ in graph.operators.indices.prefix(SubGraph.longestWay) {
      guard let op = graph.producer(of: tensor).map({ graph.operators[$0] }), let source = op.inputs.first else {
        break
      }
      switch builtinOperator(of: op) {
      case .l2Normalization where !found.isNormalized: found.isNormalized = true
      case .quantize where !found.isNormalized:
        // Coral's own networks quantise between the normalisation and the convolution.
        guard let before = graph.producer(of: source), builtinOperator(of: graph.operators[before]) == .l2Normalization
        else {
          found.embedding = tensor
          return
        }
      case .sqrt where found.isNormalized && isOfHead(tensor, in: graph): found.root = .root
      case .mul where found.isNormalized && isOfHead(tensor, in: graph): found.root = .signedRoot
      case .relu, .reshape, .dequantize, .quantize, .concatenation:
        guard found.isNormalized, isOfHead(tensor, in: graph) else {
          found.embedding = tensor
          return
        }
      default:
        found.embedding = tensor
        return
      }
      tensor = source
    }
    found.embedding = tensor
  }
}
