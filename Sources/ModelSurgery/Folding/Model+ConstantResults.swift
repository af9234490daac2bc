import TFLite

extension Model {
  /// The tensors that follow from constants alone and that others than such are computed from, or that are outputs: what
  /// folding makes constants of.
  ///
  /// - Returns: Tensors of the main subgraph that operators write, ascending.
  /// - Throws: ``SurgeryError`` for a model that cannot be followed, has several graphs, or keeps state beside its graph.
  /// - Complexity: O(tensors + operators).
  public func constantResults() throws(SurgeryError) -> [Int32] {
    let results = try GraphFlow(of: self).constantResults
    guard let graph = mainSubgraph else { return [] }
    var needed = Set(graph.outputs)
    for op in graph.operators where !op.outputs.allSatisfy(results.contains) { needed.formUnion(op.inputs) }
    return results.intersection(needed).sorted()
  }

  /// A model that computes one of the ``constantResults()``, with an input that nothing reads.
  ///
  /// - Complexity: O(tensors + operators); no weights are copied.
  public func computing(constantResult tensor: Int32) -> Model {
    var model = self
    guard !model.subgraphs.isEmpty else { return model }
    model.subgraphs[0].tensors.append(Tensor(shape: [1], type: .float32, name: "unused"))
    model.subgraphs[0].inputs = [Int32(clamping: model.subgraphs[0].tensors.count - 1)]
    model.signatureDefs = []
    model.metadata = []
    model.metadataBuffer = []
    model.trailing = Bytes()
    return model.cut(at: tensor)
  }

  /// The model with the contents of some computed tensors stored, and what is no longer needed left out.
  ///
  /// - Parameter contents: The bytes by tensor, as ``computing(constantResult:)`` gives them.
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)`` for contents of another size than the tensor's;
  ///   `TFLiteError` when packed files cannot be written anew.
  /// - Complexity: O(tensors + operators).
  public func storing(_ contents: [Int32: Bytes]) throws -> Model {
    guard let graph = mainSubgraph else { return self }
    var model = self
    for (index, bytes) in contents.sorted(by: { $0.key < $1.key }) {
      guard let place = Int(exactly: index), let tensor = graph.tensor(index) else { continue }
      guard tensor.byteCount == bytes.count else {
        throw SurgeryError.badConstant(
          tensor: graph.label(of: index), expected: tensor.byteCount, found: bytes.count)
      }
      model.subgraphs[0].tensors[place].buffer = model.appendBuffer(bytes)
    }
    model.subgraphs[0].operators.removeAll { op in
      !op.outputs.isEmpty && op.outputs.allSatisfy { contents[$0] != nil }
    }
    model.dropUnused()
    try model.setPackedFiles(PackedFiles(behind: model))
    return model
  }
}
