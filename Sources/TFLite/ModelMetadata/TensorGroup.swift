/// Tensors that belong together.
public struct TensorGroup: Sendable, Hashable {
  /// The group's name.
  public var name: Text?
  /// The names that the tensors have in the metadata.
  public var tensorNames: [Text]

  /// A group of tensors.
  public init(name: Text?, tensorNames: [Text]) {
    self.name = name
    self.tensorNames = tensorNames
  }
}
