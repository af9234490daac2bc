import TFLite

extension Model {
  /// Puts a head behind this model, its base: the head's inputs become what the base gives, and the head's outputs the
  /// outputs of the whole.
  ///
  /// Weights, custom operators and their options stay byte for byte what they were. Operator codes that both have are one
  /// in the whole; tensors of the head whose names are taken get a number behind their names. Outputs of the base that the
  /// head does not take are left out, with all that only they need.
  ///
  /// What the base says of its inputs and the head of its outputs, its labels, its description and all that Imprint wrote
  /// down of its classes is kept. Each signature takes the base's inputs and gives the head's outputs.
  ///
  /// - Parameters:
  ///   - head: The head, made for what this model gives.
  ///   - match: How the head's inputs are found among the base's outputs; by default by name where all have one of the
  ///     same name, else by position where there are as many of both.
  ///   - bypassing: Names of outputs of the base that are outputs of the whole too, behind the head's.
  /// - Throws: ``JoinError``; ``SurgeryError`` for a model that cannot be followed, has several graphs, or keeps state
  ///   beside its graph; `TFLiteError` when metadata cannot be written.
  /// - Complexity: O(tensors + operators); no weights are copied.
  public func joined(
    with head: Model, match: TensorMatch? = nil, bypassing: [String] = []
  ) throws -> Model {
    _ = try GraphFlow(of: self)
    _ = try GraphFlow(of: head)
    let seam = try Seam(base: self, head: head, match: match)
    let bypassed = try outputs(named: bypassing)
    var join = Join(base: self)
    join.append(head, replacing: seam.outputs)
    var whole = join.finished(bypassing: bypassed)
    let places = bypassed.compactMap { mainSubgraph?.outputs.firstIndex(of: $0) }
    try whole.describe(asJoinOf: self, and: head, bypassing: places)
    return whole
  }

  private func outputs(named names: [String]) throws(JoinError) -> [Int32] {
    guard let graph = mainSubgraph else { throw .baseWithoutOutput }
    var found: [Int32] = []
    for name in names {
      guard let output = graph.outputs.first(where: { graph.tensor($0)?.name == Text(name) }) else {
        let known = graph.outputs.compactMap { graph.tensor($0)?.name?.string }
        throw .noSuchOutput(name, nearest: NearestNames.to(name, among: known))
      }
      if !found.contains(output) { found.append(output) }
    }
    return found
  }
}
