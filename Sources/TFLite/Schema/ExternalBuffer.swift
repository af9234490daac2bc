/// Data of a constant tensor that lies in another file.
public struct ExternalBuffer: Sendable, Hashable {
  /// What a ``Tensor/externalBuffer`` names it by.
  public var id: UInt32
  /// The index of the file in ``Model/externalBufferGroups``.
  public var group: UInt32
  /// Where in the file the data begins.
  public var offset: UInt64
  /// How many bytes there are.
  public var length: UInt64
  /// How the data is packed.
  public var packing: Text?
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A run of `length` bytes from `offset` on in the file of a group.
  public init(id: UInt32, group: UInt32, offset: UInt64, length: UInt64, packing: Text? = nil) {
    self.id = id
    self.group = group
    self.offset = offset
    self.length = length
    self.packing = packing
  }
}
