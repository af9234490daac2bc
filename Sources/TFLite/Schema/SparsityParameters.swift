/// How a sparse tensor's data is packed: a variant of the TACO format.
public struct SparsityParameters: Sendable, Hashable {
  /// The order in which the dimensions, and those of the blocks, are traversed.
  public var traversalOrder: [Int32] = []
  /// The dimension that each block dimension belongs to; empty where there are no blocks.
  public var blockMap: [Int32] = []
  /// How each dimension, in the order of traversal, is stored.
  public var dimMetadata: [DimensionMetadata] = []
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Parameters with no dimension yet.
  public init() {}
}
