public import TFLite

extension Model {
  /// Returns the classifier made of this embedding extractor and a head: (RESHAPE) → (DEQUANTIZE) → (root) →
  /// L2_NORMALIZATION → FULLY_CONNECTED → (RESHAPE → REDUCE_MAX) → SOFTMAX.
  ///
  /// The root is RELU → SQRT, the signed root ABS → MAXIMUM → RSQRT → MUL. All layers after the extractor are float.
  /// The output is `[1, N]`, called `scores` in the graph and in the signatures; if there is no signature, one named
  /// `serving_default` is added.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``, ``SurgeryError/noVector(tensor:shape:)`` if the
  ///   output is not a vector of the head's dimension, ``SurgeryError/unsuitable(tensor:because:)`` if its type is not
  ///   supported.
  /// - Complexity: O(N R D).
  public func appending(_ head: LinearHead) throws(SurgeryError) -> Model {
    let (_, output) = try onlyInputAndOutput()
    var builder = GraphBuilder(extending: self, prefix: freePrefix)
    let vector = try checkedEmbedding(output, dimension: head.dimension, in: builder)
    let features = try builder.unitVector(of: vector, transform: head.transform)
    let logits = try builder.logits(of: head, on: features)
    return try Self.finished(&builder, logits)
  }
}

extension Model {
  /// A prefix for the names of new tensors that no tensor has yet.
  var freePrefix: String {
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

  /// Returns the embedding if it is a vector of the dimension, of a type that a head can read.
  func checkedEmbedding(
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

  /// Returns the model that ends in the softmax of logits, called `scores`.
  static func finished(
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
