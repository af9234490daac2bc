/// How one dimension of a sparse tensor is stored.
public struct DimensionMetadata: Sendable, Hashable {
  /// Whether it is dense or compressed.
  public var format: DimensionType
  /// The size of a dense dimension.
  public var denseSize: Int32
  /// Where the elements of each index begin among ``arrayIndices``, for a compressed dimension.
  public var arraySegments: SparseIndexVector?
  /// The indices of the elements that are not zero, for a compressed dimension.
  public var arrayIndices: SparseIndexVector?
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A dimension of a format, with no indices yet.
  public init(format: DimensionType, denseSize: Int32 = 0) {
    self.format = format
    self.denseSize = denseSize
  }
}
