/// How the stored numbers q of a tensor stand for real ones: scale · (q − zeroPoint).
///
/// With one scale it holds for the whole tensor; with several there is one for each index of the dimension
/// `quantizedDimension`.
public struct QuantizationParameters: Sendable, Hashable {
  /// The least real values, for importing the model back.
  public var min: [Float] = []
  /// The greatest real values, for importing the model back.
  public var max: [Float] = []
  /// The scales.
  public var scale: [Float]
  /// The zero points, as many as scales.
  public var zeroPoint: [Int64]
  /// Another way of quantising, which replaces the four fields above.
  public var details: QuantizationDetails?
  /// The dimension that the scales belong to, where there are several.
  public var quantizedDimension: Int32
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Parameters with one scale and zero point a channel, or one for all.
  public init(scale: [Float] = [], zeroPoint: [Int64] = [], quantizedDimension: Int32 = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.quantizedDimension = quantizedDimension
  }

  /// Parameters of a whole tensor.
  public init(scale: Float, zeroPoint: Int64) { self.init(scale: [scale], zeroPoint: [zeroPoint]) }
}

/// A way of quantising other than scales and zero points along one dimension.
public enum QuantizationDetails: Sendable, Hashable {
  /// An experiment's own parameters.
  case custom(CustomQuantization)
  /// Scales and zero points by block.
  case blockwise(BlockwiseQuantization)
  /// Scales and zero points along several dimensions.
  case multiAxis(MultiAxisQuantization)
  /// The file names a way by its number, with no parameters.
  case empty(UInt8)
  /// A way that the schema known here does not have: its parameters are not kept, and the model is not written.
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

/// Parameters of an experiment with quantisation.
public struct CustomQuantization: Sendable, Hashable {
  /// The parameters, in the experiment's own format.
  public var custom: Bytes?
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Parameters in an experiment's own format.
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

/// Quantisation by block.
public struct BlockwiseQuantization: Sendable, Hashable {
  /// The index of the tensor of scales in the same graph.
  public var scales: Int32
  /// The index of the tensor of zero points, or -1 for zero points of 0.
  public var zeroPoints: Int32
  /// The size of a block.
  public var blockSize: Int32
  /// The shape of a block.
  public var blockShape: [Int32] = []
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Blocks of a size, with the indices of the tensors that hold their parameters.
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
  /// The size of a block, or 0 for one scale an index.
  public var blockSize: Int32
  /// The dimensions that the scales belong to.
  public var quantizedDimensions: [Int32]
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Several dimensions, with the indices of the tensors that hold their parameters.
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
