extension ImageProperties: TableValue {
  enum Fields {
    static let colorSpace = Field(0, "color_space")
    static let defaultSize = Field(1, "default_size")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    colorSpace = ColorSpace(rawValue: try reader.number(table, Fields.colorSpace))
    defaultSize = try reader.nested(table, Fields.defaultSize)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.colorSpace, colorSpace.rawValue)
    node.add(Fields.defaultSize, defaultSize)
    return node
  }
}
