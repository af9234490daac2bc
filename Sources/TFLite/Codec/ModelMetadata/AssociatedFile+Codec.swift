extension AssociatedFile: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let type = Field(2, "type")
    static let locale = Field(3, "locale")
    static let version = Field(4, "version")
    static let count = 5
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(name: nil, type: AssociatedFileType(rawValue: 0))
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    type = AssociatedFileType(rawValue: try reader.number(table, Fields.type))
    locale = try reader.text(table, Fields.locale)
    version = try reader.text(table, Fields.version)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.type, type.rawValue)
    node.add(Fields.locale, locale)
    node.add(Fields.version, version)
    return node
  }
}
