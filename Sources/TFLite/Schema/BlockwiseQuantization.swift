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
