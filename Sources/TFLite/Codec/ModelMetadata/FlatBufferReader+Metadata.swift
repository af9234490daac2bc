/// Reading of tables whose vectors are absent where they have no element, and whose newer fields are noted in one place.
extension FlatBufferReader {
  /// The tables of a vector; none where the vector is absent.
  mutating func tables<Value: TableValue>(_ table: Table, _ field: Field) throws(TFLiteError) -> [Value] {
    var storedEmpty: FieldSet = []
    return try nestedTables(table, field, &storedEmpty)
  }

  /// The numbers of a vector; none where it is absent.
  mutating func numbers<Number: BitwiseCopyable>(_ table: Table, _ field: Field) throws(TFLiteError) -> [Number] {
    var storedEmpty: FieldSet = []
    return try numbers(table, field, &storedEmpty)
  }

  /// Notes the fields of a table from `known` on that are stored.
  mutating func noteNewerFields(_ table: Table, known: Int) throws(TFLiteError) {
    for slot in try newerFields(table, known: known).slots { try noteNewer(Field(slot, "field \(slot)")) }
  }
}
