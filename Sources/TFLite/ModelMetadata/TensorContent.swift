/// What kind of thing a tensor holds.
public struct TensorContent: Sendable, Hashable {
  /// The kind, or nil where the file does not say.
  public var properties: ContentProperties?
  /// The dimensions that hold it; nil for all but the first.
  public var range: ValueRange?

  /// A kind of thing, in all dimensions but the first unless `range` says otherwise.
  public init(_ properties: ContentProperties?, range: ValueRange? = nil) {
    self.properties = properties
    self.range = range
  }
}
