extension DimensionMetadata: TableValue {
  enum Fields {
    static let format = Field(0, "format")
    static let denseSize = Field(1, "dense_size")
    static let arraySegmentsType = Field(2, "array_segments_type")
    static let arraySegments = Field(3, "array_segments")
    static let arrayIndicesType = Field(4, "array_indices_type")
    static let arrayIndices = Field(5, "array_indices")
    static let count = 6
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(format: DimensionType(rawValue: try reader.number(table, Fields.format)))
    denseSize = try reader.number(table, Fields.denseSize)
    arraySegments = try SparseIndexVector(table, Fields.arraySegmentsType, Fields.arraySegments, &reader)
    arrayIndices = try SparseIndexVector(table, Fields.arrayIndicesType, Fields.arrayIndices, &reader)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.format, format.rawValue)
    node.add(Fields.denseSize, denseSize)
    arraySegments?.add(Fields.arraySegmentsType, Fields.arraySegments, to: &node)
    arrayIndices?.add(Fields.arrayIndicesType, Fields.arrayIndices, to: &node)
    return node
  }
}
