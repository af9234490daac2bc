extension BoundingBoxProperties: TableValue {
  enum Fields {
    static let index = Field(0, "index")
    static let type = Field(1, "type")
    static let coordinateType = Field(2, "coordinate_type")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    index = try reader.numbers(table, Fields.index)
    type = try reader.number(table, Fields.type)
    coordinateType = try reader.number(table, Fields.coordinateType)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.index, index, [])
    node.add(Fields.type, type)
    node.add(Fields.coordinateType, coordinateType)
    return node
  }
}
