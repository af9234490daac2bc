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

/// Parameters of an experiment with quantisation.
public struct CustomQuantization: Sendable, Hashable {
  /// The parameters, in the experiment's own format.
  public var custom: Bytes?
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  public init(custom: Bytes? = nil) { self.custom = custom }
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

  public init(scales: Int32, zeroPoints: Int32 = -1, blockSize: Int32) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.blockSize = blockSize
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

  public init(scales: Int32, zeroPoints: Int32 = -1, blockSize: Int32 = 0, quantizedDimensions: [Int32]) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.blockSize = blockSize
    self.quantizedDimensions = quantizedDimensions
  }
}
