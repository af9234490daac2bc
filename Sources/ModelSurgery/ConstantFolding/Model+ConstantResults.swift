public import TFLite

extension Model {
  /// The tensors that follow from constants alone by operators that prepare weights, in the order in which they are
  /// computed: what folding makes constants of.
  ///
  /// - Returns: Tensors of the main subgraph that operators write.
  /// - Throws: ``SurgeryError`` for a model that cannot be followed, has several graphs, or keeps state beside its graph.
  /// - Complexity: O(tensors + operators).
  public func constantResults() throws(SurgeryError) -> [Int32] {
    let results = try GraphFlow(of: self).constantResults
    return mainSubgraph?.operators.flatMap(\.outputs).filter(results.contains) ?? []
  }

  /// A model of the one operator that computes one of the ``constantResults()``, and what is to be fed to it.
  ///
  /// The operator's first constant is the model's input: a runtime that sees constants alone computes nothing.
  ///
  /// - Parameters:
  ///   - tensor: The result.
  ///   - known: The contents of the results that it follows from.
  /// - Returns: The model and the bytes of its input; nil where the tensor is no such result, or not all that it follows
  ///   from is known.
  /// - Complexity: O(tensors + operators); no weights are copied.
  package func computing(constantResult tensor: Int32, from known: [Int32: Bytes]) -> (model: Model, input: Bytes)? {
    guard let graph = mainSubgraph, let op = graph.producer(of: tensor).map({ graph.operators[$0] }) else { return nil }
    let contents = { (index: Int32) in known[index] ?? graph.tensor(index).flatMap { constant($0) } }
    // The shape that FILL reads first must be known before it runs.
    let fed = builtinOperator(of: op) == .fill ? op.inputs.dropFirst().first : op.inputs.first
    guard let fed, let place = Int(exactly: fed), graph.tensor(fed) != nil, let input = contents(fed) else {
      return nil
    }
    var part = self
    part.subgraphs[0].operators = [op]
    for index in Set(op.inputs) where index != fed {
      guard let place = Int(exactly: index), graph.tensor(index) != nil, let bytes = contents(index) else { return nil }
      part.subgraphs[0].tensors[place].buffer = part.appendBuffer(bytes)
    }
    part.subgraphs[0].tensors[place].buffer = 0
    part.subgraphs[0].inputs = [fed]
    part.subgraphs[0].outputs = [tensor]
    part.signatureDefs = []
    part.metadata = []
    part.metadataBuffer = []
    part.trailing = Bytes()
    part.dropUnused()
    return (part, input)
  }

  /// The model with the contents of some computed tensors stored, and what is no longer needed left out.
  ///
  /// - Parameter contents: The bytes by tensor.
  /// - Returns: The model, and those of the tensors that are constants in it, by name, or by number where they have none.
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)`` for contents of another size than the tensor's;
  ///   `TFLiteError` when packed files cannot be written anew.
  /// - Complexity: O(tensors + operators).
  package func storing(_ contents: [Int32: Bytes]) throws -> (model: Model, stored: [String]) {
    guard let graph = mainSubgraph else { return (self, []) }
    var model = self
    model.subgraphs[0].operators.removeAll { op in
      !op.outputs.isEmpty && op.outputs.allSatisfy { contents[$0] != nil }
    }
    let needed = Set(graph.outputs + model.subgraphs[0].operators.flatMap(\.inputs))
    let kept = contents.keys.filter(needed.contains).sorted()
    for index in kept {
      guard let bytes = contents[index], let place = Int(exactly: index), let tensor = graph.tensor(index) else {
        continue
      }
      guard tensor.byteCount == bytes.count else {
        throw SurgeryError.badConstant(
          tensor: graph.label(of: index), expected: tensor.byteCount, found: bytes.count)
      }
      model.subgraphs[0].tensors[place].buffer = model.appendBuffer(bytes)
    }
    model.dropUnused()
    try model.setPackedFiles(PackedFiles(behind: model))
    return (model, kept.map(graph.label))
  }
}
