extension SentencePieceTokenizerOptions: TableValue {
  enum Fields {
    static let models = Field(0, "sentencePiece_model")
    static let vocabularies = Field(1, "vocab_file")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    models = try reader.tables(table, Fields.models)
    vocabularies = try reader.tables(table, Fields.vocabularies)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.models, models, [])
    node.add(Fields.vocabularies, vocabularies, [])
    return node
  }
}
