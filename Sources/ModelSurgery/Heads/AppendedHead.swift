import TFLite

extension Model {
  /// The classifier of a bare embedding extractor and a head:
  /// (RESHAPE) → (DEQUANTIZE) → (root) → L2_NORMALIZATION → FULLY_CONNECTED → (RESHAPE → REDUCE_MAX) → SOFTMAX.
  ///
  /// The root is RELU → SQRT, the signed one ABS → MAXIMUM → RSQRT → MUL; everything behind the extractor is in float. The
  /// output is `[1, N]`, called `scores` in the graph and in the signatures, of which one named `serving_default` is made
  /// where there is none.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``, ``SurgeryError/noVector(tensor:shape:)`` where the
  ///   output is no vector of the head's dimension, ``SurgeryError/unsuitable(tensor:because:)`` for its type.
  /// - Complexity: O(N R D).
  public func appending(_ head: LinearHead) throws(SurgeryError) -> Model {
    let (_, output) = try onlyInputAndOutput()
    var builder = GraphBuilder(extending: self, prefix: freePrefix)
    let vector = try checkedEmbedding(output, dimension: head.dimension, in: builder)
    let features = try builder.unitVector(of: vector, root: head.root)
    let logits = try builder.logits(of: head, on: features)
    return try Self.finished(&builder, logits)
  }

  /// The classifier of the base's classes and, behind them, new ones.
  ///
  /// The base's graph stays as it is up to its logits: those, dequantised and times its softmax's factor, and
  /// θ − α D² + sₖ − maxⱼ sⱼ for the new classes, s being the head's logits, go into one SOFTMAX over all. So every base
  /// class keeps its place among the base's, and the new ones win where θ − α D² is above the greatest base logit.
  ///
  /// - Parameters:
  ///   - head: The new classes' head, on the base's embedding.
  ///   - nearest: D².
  ///   - gate: θ and α.
  /// - Throws: As ``BaseClassifier/init(of:)`` does for a base that is none, and as ``appending(_:)`` does.
  public func appending(
    _ head: LinearHead, nearest: NearestClass, gate: ClassGate
  ) throws(SurgeryError) -> Model {
    let base = try BaseClassifier(of: self)
    guard nearest.dimension == head.dimension else {
      throw .unsuitable(
        tensor: "of the distances", because: "it is for \(nearest.dimension) elements, the head for \(head.dimension)")
    }
    let body = cut(at: base.logits)
    let (_, output) = try body.onlyInputAndOutput()
    let embedding = try BaseClassifier.source(ofLogits: output, in: body).embedding
    var builder = GraphBuilder(extending: body, prefix: body.freePrefix)
    let vector = try body.checkedEmbedding(embedding, dimension: head.dimension, in: builder)
    var old = try builder.tensor(output)
    let count = Int32(clamping: base.classCount)
    if old.shape != [1, count] {
      old = try builder.reshape(old, to: [1, count], name: "BaseLogits", shapeName: "BaseLogitsShape")
    }
    if old.type != .float32 { old = try builder.dequantize(old, name: "DequantizedBaseLogits") }
    if base.beta != 1 {
      old = try builder.mul(old, try builder.floats("Beta", [base.beta], shape: [1]), name: "ScaledBaseLogits")
    }
    let features = try builder.unitVector(of: vector, root: head.root)
    let logits = try builder.logits(of: head, on: features)
    let nearness = try builder.nearness(to: nearest, of: features).distance
    let new = try builder.gated(logits, nearness: nearness, gate: gate)
    let all = try builder.concatenate([old, new], axis: 1, name: "AllLogits")
    return try Self.finished(&builder, all)
  }
}

extension Model {
  /// What the names of tensors begin with that a head adds, however many heads came before.
  static let headPrefix = "Imprinting"

  /// What stands before the names of new tensors: not yet before another's.
  private var freePrefix: String {
    let taken = Set(
      (mainSubgraph?.tensors ?? []).compactMap { tensor in
        tensor.name?.string.split(separator: "/", maxSplits: 1).first.map(String.init)
      })
    var prefix = Self.headPrefix
    var number = 2
    while taken.contains(prefix) {
      prefix = Self.headPrefix + String(number)
      number += 1
    }
    return prefix + "/"
  }

  /// The embedding, where it is a vector of the dimension and of a type that there is a head for.
  private func checkedEmbedding(
    _ index: Int32, dimension: Int, in builder: GraphBuilder
  ) throws(SurgeryError) -> GraphTensor {
    guard let graph = mainSubgraph, let tensor = graph.tensor(index) else {
      throw .noVector(tensor: "of the embedding", shape: [])
    }
    guard tensor.elementCount == dimension, dimension <= ImprintingTail.largestDimension,
      tensor.shape.contains(where: { Int($0) == dimension })
    else { throw .noVector(tensor: graph.label(of: index), shape: tensor.shape) }
    _ = try ElementEncoding(of: tensor, label: graph.label(of: index))
    return try builder.tensor(index)
  }

  /// The model that ends in the softmax of logits, called `scores`.
  private static func finished(
    _ builder: inout GraphBuilder, _ logits: GraphTensor
  ) throws(SurgeryError) -> Model {
    let scores = try builder.softmax(logits, name: "Scores")
    let isSigned = builder.hasSignature
    var model = builder.finish(with: scores, signature: isSigned ? nil : "serving_default")
    let name: Text = "scores"
    if let place = Int(exactly: scores.index), model.subgraphs[0].tensors.indices.contains(place) {
      model.subgraphs[0].tensors[place].name = name
    }
    for index in model.signatureDefs.indices where model.signatureDefs[index].subgraphIndex == 0 {
      model.signatureDefs[index].outputs = [TensorMap(name: name, tensorIndex: UInt32(clamping: scores.index))]
    }
    return model
  }
}
