/// A value that a table of the schema holds, and that can be read from one and written to one.
protocol TableValue {
  /// Reads and verifies a table.
  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError)

  /// The table to be written.
  var node: TableNode { get }
}
