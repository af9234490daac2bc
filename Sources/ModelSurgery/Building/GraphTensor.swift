import TFLite

/// A tensor of a graph that is being built: what a layer gives and the next one takes.
public struct GraphTensor: Sendable, Hashable {
  /// Its index in the main subgraph.
  public let index: Int32
  /// The size of each dimension.
  public let shape: [Int32]
  /// What its elements are.
  public let type: TensorType

  init(index: Int32, shape: [Int32], type: TensorType) {
    self.index = index
    self.shape = shape
    self.type = type
  }
}
