/// What the header of an embedding file says, without the embeddings.
package struct EmbeddingSetSummary: Sendable {
  /// The space of the embeddings.
  package let space: EmbeddingSpace
  /// The size in bytes beyond which the set stores only sums.
  package let budget: Int
  /// Whether the file stores the embeddings, and not only their sums.
  package let hasEmbeddings: Bool
  /// The number of pictures.
  package let pictures: Int
  /// The shards that the file holds of jobs of which it does not hold all.
  package let shards: [HeldShards]

  /// Checks that the embeddings can be merged into a set.
  ///
  /// - Throws: ``EmbeddingSetError/otherSpace(_:)``.
  package func check(_ other: EmbeddingSpace, anyArithmetic: Bool) throws(EmbeddingSetError) {
    try other.check(space, anyArithmetic: anyArithmetic)
  }
}

extension EmbeddingSpace {
  /// Checks that embeddings of another space can be merged into a set of this one.
  ///
  /// - Throws: ``EmbeddingSetError/otherSpace(_:)``.
  func check(_ other: EmbeddingSpace, anyArithmetic: Bool) throws(EmbeddingSetError) {
    guard let difference = difference(to: other) else { return }
    if anyArithmetic, difference.isOfArithmetic { return }
    throw .otherSpace(difference)
  }
}
