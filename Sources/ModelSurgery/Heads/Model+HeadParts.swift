import TFLite

extension Model {
  /// The part behind the embedding: the classifier's last layers, with its labels.
  ///
  /// - Throws: What ``embedding()`` and ``split(at:)`` throw; ``SplitError/nothingBehind(tensor:)`` for a bare extractor.
  public func headPart() throws -> Model { try split(at: [embedding()]).head }

  /// The part up to the embedding: the extractor. A bare extractor is that already.
  ///
  /// - Throws: What ``embedding()`` and ``split(at:)`` throw.
  public func withoutHead() throws -> Model {
    let embedding = try embedding()
    return try onlyInputAndOutput().output == embedding ? self : try split(at: [embedding]).base
  }

  /// The model with another one's head in place of its own.
  ///
  /// - Parameter other: A classifier, whose part behind the embedding is taken, or a head by itself. It must have been made
  ///   for this model's extractor.
  /// - Throws: What ``embedding()``, ``split(at:)`` and ``joined(with:match:bypassing:)`` throw.
  public func replacingHead(with other: Model) throws -> Model {
    let base = try withoutHead()
    return try base.joined(with: (try? other.headPart()) ?? other, match: .position)
  }
}
