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
