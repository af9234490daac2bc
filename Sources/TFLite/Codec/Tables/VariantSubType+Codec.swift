extension VariantSubType: TableValue {
  enum Fields {
    static let shape = Field(0, "shape")
    static let type = Field(1, "type")
    static let hasRank = Field(2, "has_rank")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(shape: [], type: .float32)
    shape = try reader.numbers(table, Fields.shape, &storedEmpty)
    type = TensorType(rawValue: try reader.number(table, Fields.type))
    hasRank = try reader.flag(table, Fields.hasRank)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.shape, shape, storedEmpty)
    node.add(Fields.type, type.rawValue)
    node.add(Fields.hasRank, hasRank)
    return node
  }
}
