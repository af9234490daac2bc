/// What is done to an embedding before it is normalised and a ``LinearHead`` sees it.
public enum EmbeddingRoot: String, Sendable, Hashable, Codable {
  /// Nothing.
  case none
  /// √max(x, 0) by element.
  case root
  /// sign(x) √|x| by element.
  case signedRoot
}
