/// The range of a tensor's numbers, channel by channel; a single number is that of all channels.
public struct TensorStats: Sendable, Hashable {
  /// The greatest numbers.
  public var max: [Float]
  /// The least numbers.
  public var min: [Float]

  /// A range.
  public init(max: [Float], min: [Float]) {
    self.max = max
    self.min = min
  }
}
