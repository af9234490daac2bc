/// Text is cut where a regular expression matches.
public struct RegexTokenizerOptions: Sendable, Hashable {
  /// The expression.
  public var pattern: Text?
  /// The tokenizer's vocabularies.
  public var vocabularies: [AssociatedFile] = []

  /// A tokenizer without an expression.
  public init() {}
}
