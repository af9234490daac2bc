public import TFLite

extension Model {
  /// Returns the classifier of two classes that a sigmoid with one output stands for, or nil for any other model.
  ///
  /// With the last layer z = w f + b and the score σ(z), the scores of the classes are 1 − σ(z) and σ(z), which is the softmax
  /// of 0 and z. The new last layer is float, after a DEQUANTIZE if the features are quantised.
  ///
  /// - Throws: ``SurgeryError`` for a model whose last layer cannot be read.
  /// - Complexity: O(operators + D).
  public func withTwoClasses() throws(SurgeryError) -> Model? {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph, graph.tensor(output)?.elementCount == 1 else { return nil }
    let path = try OutputPath(to: output, in: self)
    guard case .layer(let layer) = path.end, layer.rowCount == 1, path.steps.contains(where: { $0.kind == .sigmoid }),
      path.steps.allSatisfy({ [.form, .sigmoid].contains($0.kind) }), graph.producer(of: layer.features) != nil
    else { return nil }
    try layer.checkShapes(classCount: 1, isOneRowPerClass: true, in: self)
    let (weights, biases) = try layer.numbers(in: self, times: 1)
    let body = cut(at: layer.features)
    var builder = GraphBuilder(extending: body, prefix: "TwoClasses/")
    var vector = try builder.tensor(body.onlyInputAndOutput().output)
    let dimension = Int32(clamping: layer.dimension)
    if vector.shape != [1, dimension] {
      vector = try builder.reshape(vector, to: [1, dimension], name: "Embedding", shapeName: "EmbeddingShape")
    }
    if vector.type != .float32 { vector = try builder.dequantize(vector, name: "Dequantize") }
    let none = Array(repeating: Float(0), count: layer.dimension)
    let kernel = try builder.floats("Weights", none + weights, shape: [2, dimension])
    let bias = try builder.floats("Biases", [0] + biases, shape: [2])
    let logits = try builder.fullyConnected(vector, weights: kernel, bias: bias, name: "Logits")
    return builder.finish(with: try builder.softmax(logits, name: "Scores"))
  }
}
