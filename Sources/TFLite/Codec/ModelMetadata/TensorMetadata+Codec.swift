extension TensorMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let dimensionNames = Field(2, "dimension_names")
    static let content = Field(3, "content")
    static let processUnits = Field(4, "process_units")
    static let stats = Field(5, "stats")
    static let associatedFiles = Field(6, "associated_files")
    static let count = 7
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    dimensionNames = try reader.texts(table, Fields.dimensionNames)
    content = try reader.nested(table, Fields.content)
    processUnits = try reader.tables(table, Fields.processUnits)
    stats = try reader.nested(table, Fields.stats)
    associatedFiles = try reader.tables(table, Fields.associatedFiles)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.dimensionNames, dimensionNames)
    node.add(Fields.content, content)
    node.add(Fields.processUnits, processUnits, [])
    node.add(Fields.stats, stats)
    node.add(Fields.associatedFiles, associatedFiles, [])
    return node
  }
}
