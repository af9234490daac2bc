public import TFLite

/// One picture as the network saw it: an embedding a view.
public struct EmbeddedPicture: Sendable, Hashable {
  /// What the picture is called: its path as it was given.
  public let name: String
  /// The embeddings as the network stores them, one view after the other, the plain one first.
  public let embeddings: Bytes

  /// - Parameters:
  ///   - name: What the picture is called.
  ///   - embeddings: The embeddings as the network stores them, one view after the other.
  public init(name: String, embeddings: Bytes) {
    self.name = name
    self.embeddings = embeddings
  }
}
