extension RegexTokenizerOptions: TableValue {
  enum Fields {
    static let pattern = Field(0, "delim_regex_pattern")
    static let vocabularies = Field(1, "vocab_file")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    pattern = try reader.text(table, Fields.pattern)
    vocabularies = try reader.tables(table, Fields.vocabularies)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.pattern, pattern)
    node.add(Fields.vocabularies, vocabularies, [])
    return node
  }
}
