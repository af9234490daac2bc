extension CustomMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let data = Field(1, "data")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    data = try reader.data(table, Fields.data)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.data, data, alignment: 16)
    return node
  }
}
