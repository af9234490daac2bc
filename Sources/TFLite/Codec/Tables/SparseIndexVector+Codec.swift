extension SparseIndexVector {
  enum Fields {
    static let values = Field(0, "values")
    static let count = 1
  }

  /// Reads a union of vectors of indices, or nothing where its type is 0.
  init?(
    _ table: FlatBufferReader.Table, _ typeField: Field, _ field: Field, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) {
    guard let width = Width(number: try reader.number(table, typeField)) else { return nil }
    self.init(width: width, data: nil)
    guard let size = width.byteCount else { return }
    guard let target = try reader.target(table, field) else {
      isTableMissing = true
      return
    }
    (data, newerFields) = try reader.within(field.name) { (reader: inout FlatBufferReader) throws(TFLiteError) in
      let table = try reader.table(at: target)
      return (
        try reader.data(table, Fields.values, elementSize: size),
        try reader.newerFields(table, known: Fields.count)
      )
    }
  }

  /// Adds the union to a dimension's table.
  func add(_ typeField: Field, _ field: Field, to node: inout TableNode) {
    node.add(typeField, width.number)
    guard !isTableMissing, let size = width.byteCount else { return }
    var vector = TableNode()
    vector.add(Fields.values, data, elementSize: size)
    node.add(field.slot, vector)
  }
}

extension SparseIndexVector.Width {
  /// The width of a number of the schema's union, or nil for 0.
  init?(number: UInt8) {
    switch number {
    case 0: return nil
    case 1: self = .int32
    case 2: self = .uint16
    case 3: self = .uint8
    default: self = .unknown(number)
    }
  }

  var number: UInt8 {
    switch self {
    case .int32: 1
    case .uint16: 2
    case .uint8: 3
    case .unknown(let number): number
    }
  }

  /// The bytes that an index takes, or nil where that is unknown.
  var byteCount: Int? {
    switch self {
    case .int32: 4
    case .uint16: 2
    case .uint8: 1
    case .unknown: nil
    }
  }
}
