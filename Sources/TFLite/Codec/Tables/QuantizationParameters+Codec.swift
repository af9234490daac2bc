extension QuantizationParameters: TableValue {
  private typealias Fields = QuantizationParametersFields

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

extension CustomQuantization: TableValue {
  private typealias Fields = CustomQuantizationFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(custom: try reader.data(table, Fields.custom))
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.custom, custom, alignment: 16)
    return node
  }
}

extension BlockwiseQuantization: TableValue {
  private typealias Fields = BlockwiseQuantizationFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(scales: 0, blockSize: 0)
    scales = try reader.number(table, Fields.scales)
    zeroPoints = try reader.number(table, Fields.zeroPoints)
    blockSize = try reader.number(table, Fields.blockSize)
    blockShape = try reader.numbers(table, Fields.blockShape, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.scales, scales)
    node.add(Fields.zeroPoints, zeroPoints)
    node.add(Fields.blockSize, blockSize)
    node.add(Fields.blockShape, blockShape, storedEmpty)
    return node
  }
}

extension MultiAxisQuantization: TableValue {
  private typealias Fields = MultiAxisQuantizationFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(scales: 0, quantizedDimensions: [])
    scales = try reader.number(table, Fields.scales)
    zeroPoints = try reader.number(table, Fields.zeroPoints)
    blockSize = try reader.number(table, Fields.blockSize)
    quantizedDimensions = try reader.numbers(table, Fields.quantizedDimensions, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.scales, scales)
    node.add(Fields.zeroPoints, zeroPoints)
    node.add(Fields.blockSize, blockSize)
    node.add(Fields.quantizedDimensions, quantizedDimensions, storedEmpty)
    return node
  }
}
