extension TensorMap: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let tensorIndex = Field(1, "tensor_index")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    tensorIndex = try reader.number(table, Fields.tensorIndex)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.tensorIndex, tensorIndex)
    return node
  }
}
