public import TFLite

extension Model {
  /// The model in the form in which it takes one picture a run, or nil where it has that form already.
  ///
  /// - A dimension that the file leaves free becomes what the tensor's `shape` says; a batch of −1 becomes 1.
  /// - A signature whose tensors are not the inputs and outputs of its graph is left out: exporters that quantise a model
  ///   renumber the tensors and forget the signatures. Without one the runtime takes the graph's own.
  ///
  /// The weights and what the model computes stay the same.
  public var forSinglePictures: Model? {
    let graphs = subgraphs.map(\.withoutFreeDimensions)
    let signatures = signatureDefs.filter(agrees)
    guard graphs.contains(where: { $0 != nil }) || signatures.count < signatureDefs.count else { return nil }
    var model = self
    for (index, graph) in graphs.enumerated() { if let graph { model.subgraphs[index] = graph } }
    model.signatureDefs = signatures
    return model
  }

  /// The names of the signatures that name other tensors than the inputs and outputs of their graphs.
  public var staleSignatures: [String] {
    signatureDefs.filter { !agrees($0) }.map { $0.signatureKey?.string ?? "" }
  }

  private func agrees(_ signature: SignatureDef) -> Bool {
    guard let place = Int(exactly: signature.subgraphIndex), subgraphs.indices.contains(place) else { return false }
    let graph = subgraphs[place]
    let places = { (maps: [TensorMap]) in maps.map { Int64($0.tensorIndex) }.sorted() }
    return places(signature.inputs) == graph.inputs.map(Int64.init).sorted()
      && places(signature.outputs) == graph.outputs.map(Int64.init).sorted()
  }
}

extension SubGraph {
  /// The graph with fixed shapes, or nil where no tensor leaves a dimension free.
  fileprivate var withoutFreeDimensions: SubGraph? {
    guard tensors.contains(where: { $0.hasFreeDimensions }) else { return nil }
    var graph = self
    for index in tensors.indices where tensors[index].hasFreeDimensions {
      graph.tensors[index].shapeSignature = []
      if graph.tensors[index].shape.first == -1 { graph.tensors[index].shape[0] = 1 }
    }
    return graph
  }
}

extension Tensor {
  /// Whether the file leaves a dimension to be chosen when the model runs.
  fileprivate var hasFreeDimensions: Bool { shape.first == -1 || shapeSignature.contains(-1) }
}
