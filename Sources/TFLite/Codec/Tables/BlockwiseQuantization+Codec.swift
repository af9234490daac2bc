extension BlockwiseQuantization: TableValue {
  enum Fields {
    static let scales = Field(0, "scales")
    static let zeroPoints = Field(1, "zero_points")
    static let blockSize = Field(2, "block_size")
    static let blockShape = Field(3, "block_shape")
    static let count = 4
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(scales: 0, blockSize: 0)
    scales = try reader.number(table, Fields.scales)
    zeroPoints = try reader.number(table, Fields.zeroPoints)
    blockSize = try reader.number(table, Fields.blockSize)
    blockShape = try reader.numbers(table, Fields.blockShape, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.scales, scales)
    node.add(Fields.zeroPoints, zeroPoints)
    node.add(Fields.blockSize, blockSize)
    node.add(Fields.blockShape, blockShape, storedEmpty)
    return node
  }
}
