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

/// How a head's inputs are found among a base's outputs.
public enum TensorMatch: String, Sendable, Hashable, CaseIterable {
  /// Each input is the output of the same name.
  case name
  /// The first input is the first output, and so on.
  case position
}

/// Why a base and a head cannot be put together.
public enum JoinError: Error, Sendable, Hashable {
  /// The base gives nothing.
  case baseWithoutOutput
  /// The head takes nothing.
  case headWithoutInput
  /// The head gives nothing.
  case headWithoutOutput
  /// The head's inputs that have the name of no output of the base; `outputs` are these.
  case unmatched(inputs: [String], outputs: [String])
  /// The numbers of the base's outputs and the head's inputs differ, so that places do not tell which are which.
  case differentCounts(outputs: Int, inputs: Int)
  /// Tensors that should be one and differ.
  case mismatched([TensorMismatch])
  /// No output of the base has the name; `nearest` are names of those that are like it.
  case noSuchOutput(String, nearest: [String])
  /// Both models have contents in other files.
  case bothExternal
}

extension JoinError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .baseWithoutOutput:
      "the base has no output that a head could take"
    case .headWithoutInput:
      "the head has no input that a base could fill"
    case .headWithoutOutput:
      "the head has no output"
    case .unmatched(let inputs, let outputs):
      """
      the head's \(inputs.count == 1 ? "input" : "inputs") \(Self.list(inputs)) \
      \(inputs.count == 1 ? "has the name" : "have the names") of no output of the base, whose outputs are \
      \(Self.list(outputs)); match them by position if they are in the same order
      """
    case .differentCounts(let outputs, let inputs):
      """
      the base has \(outputs) outputs and the head \(inputs) inputs, so that their places do not tell which belong \
      together: give them the same names, or split the base elsewhere
      """
    case .mismatched(let mismatches):
      "base and head do not fit: " + mismatches.prefix(4).map(\.description).joined(separator: "; ")
        + (mismatches.count > 4 ? "; and \(mismatches.count - 4) more" : "")
        + ". The head must be made for this base"
    case .noSuchOutput(let name, let nearest):
      "the base has no output \"\(name.prefix(256))\""
        + (nearest.isEmpty ? "" : "; did you mean \(nearest.map { "\"\($0)\"" }.joined(separator: " or "))?")
    case .bothExternal:
      "both models keep weights in other files, which cannot be put together: store the weights within one of them"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }
}
