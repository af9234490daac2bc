extension CustomQuantization: TableValue {
  enum Fields {
    static let custom = Field(0, "custom")
    static let count = 1
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(custom: try reader.data(table, Fields.custom))
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.custom, custom, alignment: 16)
    return node
  }
}
