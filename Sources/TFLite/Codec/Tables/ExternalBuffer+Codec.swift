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
