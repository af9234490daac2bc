/// A name for a tensor.
public struct TensorMap: Sendable, Hashable {
  /// The name.
  public var name: Text?
  /// The tensor's index in the signature's graph.
  public var tensorIndex: UInt32
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A name for the tensor of an index.
  public init(name: Text?, tensorIndex: UInt32) {
    self.name = name
    self.tensorIndex = tensorIndex
  }
}
