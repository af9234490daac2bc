extension SubGraph: TableValue {
  enum Fields {
    static let tensors = Field(0, "tensors")
    static let inputs = Field(1, "inputs")
    static let outputs = Field(2, "outputs")
    static let operators = Field(3, "operators")
    static let name = Field(4, "name")
    static let debugMetadataIndex = Field(5, "debug_metadata_index")
    static let count = 6
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    tensors = try reader.nestedTables(table, Fields.tensors, &storedEmpty)
    inputs = try reader.numbers(table, Fields.inputs, &storedEmpty)
    outputs = try reader.numbers(table, Fields.outputs, &storedEmpty)
    operators = try reader.nestedTables(table, Fields.operators, &storedEmpty)
    name = try reader.text(table, Fields.name)
    debugMetadataIndex = try reader.number(table, Fields.debugMetadataIndex, standard: -1)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.tensors, tensors, storedEmpty)
    node.add(Fields.inputs, inputs, storedEmpty)
    node.add(Fields.outputs, outputs, storedEmpty)
    node.add(Fields.operators, operators, storedEmpty)
    node.add(Fields.name, name)
    node.add(Fields.debugMetadataIndex, debugMetadataIndex, standard: -1)
    return node
  }
}
