/// A way to solve for the last layer from what was seen.
public protocol HeadMethod: Sendable {
  /// The name by which it is chosen, such as `analytic`.
  static var name: String { get }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``, ``EmbeddingSetError`` where the method needs single embeddings and only sums are kept, and
  ///   `LinearAlgebraError`.
  func solve(_ seen: EmbeddingSet) throws -> SolvedHead
}
