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

  /// Indices of a width, little-endian.
  public init(width: Width, data: Bytes?) {
    self.width = width
    self.data = data
  }
}
