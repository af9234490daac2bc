/// The data of a constant tensor in another file.
public struct ExternalBuffer: Sendable, Hashable {
  /// The identifier that ``Tensor/externalBuffer`` refers to.
  public var id: UInt32
  /// The index of the file in ``Model/externalBufferGroups``.
  public var group: UInt32
  /// The offset of the data in the file.
  public var offset: UInt64
  /// The number of bytes.
  public var length: UInt64
  /// How the data is packed.
  public var packing: Text?
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a reference to `length` bytes from `offset` on in the file of a group.
  public init(id: UInt32, group: UInt32, offset: UInt64, length: UInt64, packing: Text? = nil) {
    self.id = id
    self.group = group
    self.offset = offset
    self.length = length
    self.packing = packing
  }
}

extension ExternalBuffer: TableValue {
  enum Fields {
    static let id = Field(0, "id")
    static let group = Field(1, "group")
    static let offset = Field(2, "offset")
    static let length = Field(3, "length")
    static let packing = Field(4, "packing")
    static let count = 5
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    id = try reader.number(table, Fields.id)
    group = try reader.number(table, Fields.group)
    offset = try reader.number(table, Fields.offset)
    length = try reader.number(table, Fields.length)
    packing = try reader.text(table, Fields.packing)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.id, id)
    node.add(Fields.group, group)
    node.add(Fields.offset, offset)
    node.add(Fields.length, length)
    node.add(Fields.packing, packing)
    return node
  }
}

/// A file that holds external buffers.
public struct ExternalBufferGroup: Sendable, Hashable {
  /// The file's name or address.
  public var name: Text?
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a file reference.
  public init(name: Text? = nil) { self.name = name }
}

extension ExternalBufferGroup: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let count = 1
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    return node
  }
}
