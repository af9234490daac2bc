extension ProcessUnit: TableValue {
  enum Fields {
    static let optionsType = Field(0, "options_type")
    static let options = Field(1, "options")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(try Self.options(table, &reader))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  private static func options(
    _ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> ProcessUnitOptions? {
    let number: UInt8 = try reader.number(table, Fields.optionsType)
    let options: ProcessUnitOptions?
    switch number {
    case 0: return nil
    case 1: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.normalization)
    case 2: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.scoreCalibration)
    case 3: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.scoreThresholding)
    case 4: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.bertTokenizer)
    case 5: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.sentencePieceTokenizer)
    case 6: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.regexTokenizer)
    default:
      try reader.noteNewer(Fields.optionsType)
      options = nil
    }
    return options ?? .empty(number)
  }

  var node: TableNode {
    var node = TableNode()
    switch options {
    case .normalization(let options): node.add(1, options)
    case .scoreCalibration(let options): node.add(2, options)
    case .scoreThresholding(let options): node.add(3, options)
    case .bertTokenizer(let options): node.add(4, options)
    case .sentencePieceTokenizer(let options): node.add(5, options)
    case .regexTokenizer(let options): node.add(6, options)
    case .empty(let number): node.add(Fields.optionsType, number)
    case nil: break
    }
    return node
  }
}

extension TableNode {
  fileprivate mutating func add(_ number: UInt8, _ options: some TableValue) {
    add(ProcessUnit.Fields.optionsType, number)
    add(ProcessUnit.Fields.options, options)
  }
}
