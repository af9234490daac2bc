/// The quantisation of a tensor: a stored number q stands for the real number scale · (q − zeroPoint).
///
/// One scale applies to the whole tensor (per-tensor quantisation); several apply to one index of
/// ``quantizedDimension`` each (per-channel).
public struct QuantizationParameters: Sendable, Hashable {
  /// The least real values, which tools use to import the model again.
  public var min: [Float] = []
  /// The greatest real values, which tools use to import the model again.
  public var max: [Float] = []
  /// The scales.
  public var scale: [Float]
  /// The zero points, as many as scales.
  public var zeroPoint: [Int64]
  /// Another scheme of quantisation, which replaces the four properties above.
  public var details: QuantizationDetails?
  /// The dimension of per-channel scales.
  public var quantizedDimension: Int32
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates parameters with one scale and zero point for each channel, or one for all.
  public init(scale: [Float] = [], zeroPoint: [Int64] = [], quantizedDimension: Int32 = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.quantizedDimension = quantizedDimension
  }

  /// Creates per-tensor parameters.
  public init(scale: Float, zeroPoint: Int64) { self.init(scale: [scale], zeroPoint: [zeroPoint]) }
}

/// A scheme of quantisation other than scales and zero points along one dimension.
public enum QuantizationDetails: Sendable, Hashable {
  /// The parameters of an experimental scheme.
  case custom(CustomQuantization)
  /// Scales and zero points for each block.
  case blockwise(BlockwiseQuantization)
  /// Scales and zero points along several dimensions.
  case multiAxis(MultiAxisQuantization)
  /// The file states a scheme by its number, without parameters.
  case empty(UInt8)
  /// A scheme newer than the known schema: its parameters are dropped, and the model cannot be written.
  case unknown(UInt8)
}

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
  /// The number of the scheme in the schema's union.
  var number: UInt8 {
    switch self {
    case .custom: 1
    case .blockwise: 2
    case .multiAxis: 3
    case .empty(let number), .unknown(let number): number
    }
  }
}

/// The parameters of an experimental scheme of quantisation.
public struct CustomQuantization: Sendable, Hashable {
  /// The parameters, in the scheme's own format.
  public var custom: Bytes?
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates parameters in a scheme's own format.
  public init(custom: Bytes? = nil) { self.custom = custom }
}

extension CustomQuantization: TableValue {
  enum Fields {
    static let custom = Field(0, "custom")
    static let count = 1
  }

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

/// Blockwise quantisation.
public struct BlockwiseQuantization: Sendable, Hashable {
  /// The index of the tensor of scales in the same graph.
  public var scales: Int32
  /// The index of the tensor of zero points, or -1 for zero points of 0.
  public var zeroPoints: Int32
  /// The size of a block.
  public var blockSize: Int32
  /// The shape of a block.
  public var blockShape: [Int32] = []
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates parameters from a block size and the indices of the tensors that hold scales and zero points.
  public init(scales: Int32, zeroPoints: Int32 = -1, blockSize: Int32) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.blockSize = blockSize
  }
}

extension BlockwiseQuantization: TableValue {
  enum Fields {
    static let scales = Field(0, "scales")
    static let zeroPoints = Field(1, "zero_points")
    static let blockSize = Field(2, "block_size")
    static let blockShape = Field(3, "block_shape")
    static let count = 4
  }

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

/// Quantisation along several dimensions.
public struct MultiAxisQuantization: Sendable, Hashable {
  /// The index of the tensor of scales in the same graph.
  public var scales: Int32
  /// The index of the tensor of zero points, or -1 for zero points of 0.
  public var zeroPoints: Int32
  /// The size of a block, or 0 for one scale for each index.
  public var blockSize: Int32
  /// The dimensions that the scales belong to.
  public var quantizedDimensions: [Int32]
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates parameters from dimensions and the indices of the tensors that hold scales and zero points.
  public init(scales: Int32, zeroPoints: Int32 = -1, blockSize: Int32 = 0, quantizedDimensions: [Int32]) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.blockSize = blockSize
    self.quantizedDimensions = quantizedDimensions
  }
}

extension MultiAxisQuantization: TableValue {
  enum Fields {
    static let scales = Field(0, "scales")
    static let zeroPoints = Field(1, "zero_points")
    static let blockSize = Field(2, "block_size")
    static let quantizedDimensions = Field(3, "quantized_dimensions")
    static let count = 4
  }

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
