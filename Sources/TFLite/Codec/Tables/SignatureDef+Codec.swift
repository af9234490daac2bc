extension SignatureDef: TableValue {
  private typealias Fields = SignatureDefFields

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

extension TensorMap: TableValue {
  private typealias Fields = TensorMapFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    tensorIndex = try reader.number(table, Fields.tensorIndex)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.tensorIndex, tensorIndex)
    return node
  }
}
