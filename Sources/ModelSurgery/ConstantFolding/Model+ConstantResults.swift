public import TFLite

extension Model {
  /// Returns the tensors that operators compute from constants alone to prepare weights, in execution order: constant
  /// folding replaces these tensors by constants.
  ///
  /// - Returns: Indices of computed tensors of the main subgraph.
  /// - Throws: ``SurgeryError`` if the model's data flow is unsound, or it has several subgraphs or variables.
  /// - Complexity: O(tensors + operators).
  public func constantResults() throws(SurgeryError) -> [Int32] {
    let results = try GraphFlow(of: self).constantResults
    return mainSubgraph?.operators.flatMap(\.outputs).filter(results.contains) ?? []
  }

  /// Returns a model of the single operator that computes one of the ``constantResults()``, and its input.
  ///
  /// The operator's first constant becomes the model's input, because a runtime computes nothing in a graph of only
  /// constants.
  ///
  /// - Parameters:
  ///   - tensor: The result.
  ///   - known: The contents of the results that it depends on.
  /// - Returns: The model and the contents of its input; nil if the tensor is not such a result or depends on unknown
  ///   contents.
  /// - Complexity: O(tensors + operators); no weights are copied.
  package func computing(constantResult tensor: Int32, from known: [Int32: Bytes]) -> (model: Model, input: Bytes)? {
    guard let graph = mainSubgraph, let op = graph.producer(of: tensor).map({ graph.operators[$0] }) else { return nil }
    let contents = { (index: Int32) in known[index] ?? graph.tensor(index).flatMap { constant($0) } }
    // FILL reads its shape before it runs, so its second input becomes the model's input.
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

  /// Returns the model with computed tensors replaced by constants, and without everything that is no longer needed.
  ///
  /// - Parameter contents: The contents of each tensor.
  /// - Returns: The model, and the labels of the tensors that became constants.
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)`` if the size of contents does not match their
  ///   tensor; `TFLiteError` if packed files cannot be written.
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
