/// Text is cut by a SentencePiece model.
public struct SentencePieceTokenizerOptions: Sendable, Hashable {
  /// The tokenizer's models.
  public var models: [AssociatedFile] = []
  /// The tokenizer's vocabularies.
  public var vocabularies: [AssociatedFile] = []

  /// A tokenizer without files.
  public init() {}
}
