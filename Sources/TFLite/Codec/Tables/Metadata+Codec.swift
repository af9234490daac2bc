extension Metadata: TableValue {
  private typealias Fields = MetadataFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    buffer = try reader.number(table, Fields.buffer)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.buffer, buffer)
    return node
  }
}
