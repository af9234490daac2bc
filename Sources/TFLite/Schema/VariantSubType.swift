/// The shape and type of what a variant tensor wraps.
public struct VariantSubType: Sendable, Hashable {
  /// The size of each dimension.
  public var shape: [Int32]
  /// What the elements are.
  public var type: TensorType
  /// With an empty shape: whether it is known to be a scalar.
  public var hasRank: Bool
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A shape and a type.
  public init(shape: [Int32], type: TensorType, hasRank: Bool = false) {
    self.shape = shape
    self.type = type
    self.hasRank = hasRank
  }
}
