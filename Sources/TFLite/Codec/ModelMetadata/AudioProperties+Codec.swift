extension AudioProperties: TableValue {
  enum Fields {
    static let sampleRate = Field(0, "sample_rate")
    static let channels = Field(1, "channels")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    sampleRate = try reader.number(table, Fields.sampleRate)
    channels = try reader.number(table, Fields.channels)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.sampleRate, sampleRate)
    node.add(Fields.channels, channels)
    return node
  }
}
