extension ModelMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let version = Field(2, "version")
    static let subgraphs = Field(3, "subgraph_metadata")
    static let author = Field(4, "author")
    static let license = Field(5, "license")
    static let associatedFiles = Field(6, "associated_files")
    static let minParserVersion = Field(7, "min_parser_version")
    static let count = 8
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    version = try reader.text(table, Fields.version)
    subgraphs = try reader.tables(table, Fields.subgraphs)
    author = try reader.text(table, Fields.author)
    license = try reader.text(table, Fields.license)
    associatedFiles = try reader.tables(table, Fields.associatedFiles)
    minParserVersion = try reader.text(table, Fields.minParserVersion)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.version, version)
    node.add(Fields.subgraphs, subgraphs, [])
    node.add(Fields.author, author)
    node.add(Fields.license, license)
    node.add(Fields.associatedFiles, associatedFiles, [])
    node.add(Fields.minParserVersion, minParserVersion)
    return node
  }
}
