extension ScoreCalibrationOptions: TableValue {
  enum Fields {
    static let transformation = Field(0, "score_transformation")
    static let defaultScore = Field(1, "default_score")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    transformation = try reader.number(table, Fields.transformation)
    defaultScore = Float(bitPattern: try reader.number(table, Fields.defaultScore))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.transformation, transformation)
    node.add(Fields.defaultScore, defaultScore.bitPattern)
    return node
  }
}
