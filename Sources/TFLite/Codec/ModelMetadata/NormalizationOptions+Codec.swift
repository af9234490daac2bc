extension NormalizationOptions: TableValue {
  enum Fields {
    static let mean = Field(0, "mean")
    static let std = Field(1, "std")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    mean = try reader.numbers(table, Fields.mean)
    std = try reader.numbers(table, Fields.std)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.mean, mean, [])
    node.add(Fields.std, std, [])
    return node
  }
}
