extension Model: TableValue {
  enum Fields {
    static let version = Field(0, "version")
    static let operatorCodes = Field(1, "operator_codes")
    static let subgraphs = Field(2, "subgraphs")
    static let description = Field(3, "description")
    static let buffers = Field(4, "buffers")
    static let metadataBuffer = Field(5, "metadata_buffer")
    static let metadata = Field(6, "metadata")
    static let signatureDefs = Field(7, "signature_defs")
    static let externalBufferGroups = Field(8, "external_buffer_groups")
    static let externalBuffers = Field(9, "external_buffers")
    static let count = 10
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    version = try reader.number(table, Fields.version)
    guard version == 3 else { throw .unsupportedVersion(version) }
    operatorCodes = try reader.nestedTables(table, Fields.operatorCodes, &storedEmpty)
    subgraphs = try reader.nestedTables(table, Fields.subgraphs, &storedEmpty)
    description = try reader.text(table, Fields.description)
    buffers = try reader.nestedTables(table, Fields.buffers, &storedEmpty)
    metadataBuffer = try reader.numbers(table, Fields.metadataBuffer, &storedEmpty)
    metadata = try reader.nestedTables(table, Fields.metadata, &storedEmpty)
    signatureDefs = try reader.nestedTables(table, Fields.signatureDefs, &storedEmpty)
    externalBufferGroups = try reader.nestedTables(table, Fields.externalBufferGroups, &storedEmpty)
    externalBuffers = try reader.nestedTables(table, Fields.externalBuffers, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.version, version)
    node.add(Fields.operatorCodes, operatorCodes, storedEmpty)
    node.add(Fields.subgraphs, subgraphs, storedEmpty)
    node.add(Fields.description, description)
    node.add(Fields.buffers, buffers, storedEmpty)
    node.add(Fields.metadataBuffer, metadataBuffer, storedEmpty)
    node.add(Fields.metadata, metadata, storedEmpty)
    node.add(Fields.signatureDefs, signatureDefs, storedEmpty)
    node.add(Fields.externalBufferGroups, externalBufferGroups, storedEmpty)
    node.add(Fields.externalBuffers, externalBuffers, storedEmpty)
    return node
  }
}
