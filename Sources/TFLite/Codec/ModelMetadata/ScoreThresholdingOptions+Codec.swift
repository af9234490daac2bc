extension ScoreThresholdingOptions: TableValue {
  enum Fields {
    static let threshold = Field(0, "global_score_threshold")
    static let count = 1
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    threshold = Float(bitPattern: try reader.number(table, Fields.threshold))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.threshold, threshold.bitPattern)
    return node
  }
}
