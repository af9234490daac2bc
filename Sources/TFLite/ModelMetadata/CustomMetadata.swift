/// Data of a form that only its name tells.
public struct CustomMetadata: Sendable, Hashable {
  /// What the data is.
  public var name: Text?
  /// The data, by reference; nil where there is none.
  public var data: Bytes?

  /// Some data under a name.
  public init(name: Text?, data: Bytes?) {
    self.name = name
    self.data = data
  }
}
