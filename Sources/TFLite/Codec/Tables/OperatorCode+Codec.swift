extension OperatorCode: TableValue {
  enum Fields {
    static let deprecatedBuiltinCode = Field(0, "deprecated_builtin_code")
    static let customCode = Field(1, "custom_code")
    static let version = Field(2, "version")
    static let builtinCode = Field(3, "builtin_code")
    static let count = 4
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(.add)
    deprecatedBuiltinCode = try reader.number(table, Fields.deprecatedBuiltinCode)
    customCode = try reader.text(table, Fields.customCode)
    version = try reader.number(table, Fields.version, standard: 1)
    storedBuiltinCode = try reader.number(table, Fields.builtinCode)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.deprecatedBuiltinCode, deprecatedBuiltinCode)
    node.add(Fields.customCode, customCode)
    node.add(Fields.version, version, standard: 1)
    node.add(Fields.builtinCode, storedBuiltinCode)
    return node
  }
}
