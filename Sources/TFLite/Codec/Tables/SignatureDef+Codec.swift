extension SignatureDef: TableValue {
  enum Fields {
    static let inputs = Field(0, "inputs")
    static let outputs = Field(1, "outputs")
    static let signatureKey = Field(2, "signature_key")
    static let deprecatedTag = Field(3, "deprecated_tag")
    static let subgraphIndex = Field(4, "subgraph_index")
    static let count = 5
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    inputs = try reader.nestedTables(table, Fields.inputs, &storedEmpty)
    outputs = try reader.nestedTables(table, Fields.outputs, &storedEmpty)
    signatureKey = try reader.text(table, Fields.signatureKey)
    deprecatedTag = try reader.text(table, Fields.deprecatedTag)
    subgraphIndex = try reader.number(table, Fields.subgraphIndex)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.inputs, inputs, storedEmpty)
    node.add(Fields.outputs, outputs, storedEmpty)
    node.add(Fields.signatureKey, signatureKey)
    node.add(Fields.deprecatedTag, deprecatedTag)
    node.add(Fields.subgraphIndex, subgraphIndex)
    return node
  }
}
