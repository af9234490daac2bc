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

  public init() {}
}

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

  public init(format: DimensionType, denseSize: Int32 = 0) {
    self.format = format
    self.denseSize = denseSize
  }
}

/// Indices of a sparse dimension, in the width that the file stores, by reference.
public struct SparseIndexVector: Sendable, Hashable {
  /// The width of the indices.
  public var width: Width
  /// The indices, little-endian; nil where the file stores none.
  public var data: Bytes?
  /// Whether the file names the width and has no table of indices at all.
  public var isTableMissing = false
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// The width of an index.
  public enum Width: Sendable, Hashable {
    /// Four bytes, signed.
    case int32
    /// Two bytes, unsigned.
    case uint16
    /// One byte, unsigned.
    case uint8
    /// A width that the schema known here does not have: the indices are not kept, and the model is not written.
    case unknown(UInt8)
  }

  public init(width: Width, data: Bytes?) {
    self.width = width
    self.data = data
  }
}
