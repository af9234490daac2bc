extension Metadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let buffer = Field(1, "buffer")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    buffer = try reader.number(table, Fields.buffer)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.buffer, buffer)
    return node
  }
}
