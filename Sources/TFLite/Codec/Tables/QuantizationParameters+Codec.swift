extension QuantizationParameters: TableValue {
  enum Fields {
    static let min = Field(0, "min")
    static let max = Field(1, "max")
    static let scale = Field(2, "scale")
    static let zeroPoint = Field(3, "zero_point")
    static let detailsType = Field(4, "details_type")
    static let details = Field(5, "details")
    static let quantizedDimension = Field(6, "quantized_dimension")
    static let count = 7
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    min = try reader.numbers(table, Fields.min, &storedEmpty)
    max = try reader.numbers(table, Fields.max, &storedEmpty)
    scale = try reader.numbers(table, Fields.scale, &storedEmpty)
    zeroPoint = try reader.numbers(table, Fields.zeroPoint, &storedEmpty)
    details = try Self.details(table, &reader)
    quantizedDimension = try reader.number(table, Fields.quantizedDimension)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  private static func details(
    _ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> QuantizationDetails? {
    let number: UInt8 = try reader.number(table, Fields.detailsType)
    guard number != 0 else { return nil }
    switch number {
    case 1: return try reader.nested(table, Fields.details).map(QuantizationDetails.custom) ?? .empty(number)
    case 2: return try reader.nested(table, Fields.details).map(QuantizationDetails.blockwise) ?? .empty(number)
    case 3: return try reader.nested(table, Fields.details).map(QuantizationDetails.multiAxis) ?? .empty(number)
    default: return .unknown(number)
    }
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.min, min, storedEmpty)
    node.add(Fields.max, max, storedEmpty)
    node.add(Fields.scale, scale, storedEmpty)
    node.add(Fields.zeroPoint, zeroPoint, storedEmpty)
    if let details { add(details, to: &node) }
    node.add(Fields.quantizedDimension, quantizedDimension)
    return node
  }

  private func add(_ details: QuantizationDetails, to node: inout TableNode) {
    node.add(Fields.detailsType, details.number)
    switch details {
    case .custom(let custom): node.add(Fields.details, custom)
    case .blockwise(let blockwise): node.add(Fields.details, blockwise)
    case .multiAxis(let multiAxis): node.add(Fields.details, multiAxis)
    case .empty, .unknown: break
    }
  }
}

extension QuantizationDetails {
  /// The number of the kind in the schema's union.
  var number: UInt8 {
    switch self {
    case .custom: 1
    case .blockwise: 2
    case .multiAxis: 3
    case .empty(let number), .unknown(let number): number
    }
  }
}
