extension TensorStats: TableValue {
  enum Fields {
    static let max = Field(0, "max")
    static let min = Field(1, "min")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    max = try reader.numbers(table, Fields.max)
    min = try reader.numbers(table, Fields.min)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.max, max, [])
    node.add(Fields.min, min, [])
    return node
  }
}
