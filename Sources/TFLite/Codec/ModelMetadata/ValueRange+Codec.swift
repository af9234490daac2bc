extension ValueRange: TableValue {
  enum Fields {
    static let min = Field(0, "min")
    static let max = Field(1, "max")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    min = try reader.number(table, Fields.min)
    max = try reader.number(table, Fields.max)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.min, min)
    node.add(Fields.max, max)
    return node
  }
}
