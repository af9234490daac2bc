/// Text is cut into BERT's tokens.
public struct BertTokenizerOptions: Sendable, Hashable {
  /// The tokenizer's vocabularies.
  public var vocabularies: [AssociatedFile] = []

  /// A tokenizer without files.
  public init() {}
}
