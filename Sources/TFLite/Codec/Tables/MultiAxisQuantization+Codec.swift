extension MultiAxisQuantization: TableValue {
  enum Fields {
    static let scales = Field(0, "scales")
    static let zeroPoints = Field(1, "zero_points")
    static let blockSize = Field(2, "block_size")
    static let quantizedDimensions = Field(3, "quantized_dimensions")
    static let count = 4
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(scales: 0, quantizedDimensions: [])
    scales = try reader.number(table, Fields.scales)
    zeroPoints = try reader.number(table, Fields.zeroPoints)
    blockSize = try reader.number(table, Fields.blockSize)
    quantizedDimensions = try reader.numbers(table, Fields.quantizedDimensions, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.scales, scales)
    node.add(Fields.zeroPoints, zeroPoints)
    node.add(Fields.blockSize, blockSize)
    node.add(Fields.quantizedDimensions, quantizedDimensions, storedEmpty)
    return node
  }
}
