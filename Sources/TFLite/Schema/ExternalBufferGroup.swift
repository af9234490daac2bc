/// A file that holds external buffers.
public struct ExternalBufferGroup: Sendable, Hashable {
  /// The file's name or address.
  public var name: Text?
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A file of some name.
  public init(name: Text? = nil) { self.name = name }
}
