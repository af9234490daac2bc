extension BertTokenizerOptions: TableValue {
  enum Fields {
    static let vocabularies = Field(0, "vocab_file")
    static let count = 1
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    vocabularies = try reader.tables(table, Fields.vocabularies)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.vocabularies, vocabularies, [])
    return node
  }
}
