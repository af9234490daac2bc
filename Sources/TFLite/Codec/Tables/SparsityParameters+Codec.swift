extension SparsityParameters: TableValue {
  enum Fields {
    static let traversalOrder = Field(0, "traversal_order")
    static let blockMap = Field(1, "block_map")
    static let dimMetadata = Field(2, "dim_metadata")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    traversalOrder = try reader.numbers(table, Fields.traversalOrder, &storedEmpty)
    blockMap = try reader.numbers(table, Fields.blockMap, &storedEmpty)
    dimMetadata = try reader.nestedTables(table, Fields.dimMetadata, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.traversalOrder, traversalOrder, storedEmpty)
    node.add(Fields.blockMap, blockMap, storedEmpty)
    node.add(Fields.dimMetadata, dimMetadata, storedEmpty)
    return node
  }
}
