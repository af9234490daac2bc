extension ImageSize: TableValue {
  enum Fields {
    static let width = Field(0, "width")
    static let height = Field(1, "height")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    width = try reader.number(table, Fields.width)
    height = try reader.number(table, Fields.height)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.width, width)
    node.add(Fields.height, height)
    return node
  }
}
