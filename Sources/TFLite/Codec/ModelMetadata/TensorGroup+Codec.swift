extension TensorGroup: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let tensorNames = Field(1, "tensor_names")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    tensorNames = try reader.texts(table, Fields.tensorNames)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.tensorNames, tensorNames)
    return node
  }
}
