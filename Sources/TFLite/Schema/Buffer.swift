/// Data of the model: of constant tensors, or of metadata.
public struct Buffer: Sendable, Hashable {
  /// The data, by reference; nil where there is none.
  public var data: Bytes?
  /// Whether the data lies outside the flatbuffer, as in models over 2 GB: found by `offset` and `size`, which are made
  /// anew on writing.
  public var isOutOfLine = false
  /// `offset` as stored, where it does not place the data: 0 or 1 mean nothing.
  public var storedOffset: UInt64 = 0
  /// `size` as stored, where it does not place the data.
  public var storedSize: UInt64 = 0
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A buffer of some data within the flatbuffer, or of none.
  public init(_ data: Bytes? = nil) { self.data = data }
}
