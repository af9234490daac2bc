/// How a head's inputs are found among a base's outputs.
public enum TensorMatch: String, Sendable, Hashable, CaseIterable {
  /// Each input is the output of the same name.
  case name
  /// The first input is the first output, and so on.
  case position
}
