/// A range of dimensions.
public struct ValueRange: Sendable, Hashable {
  /// The first dimension.
  public var min: Int32
  /// The last dimension.
  public var max: Int32

  /// The dimensions from `min` to `max`, both among them.
  public init(min: Int32, max: Int32) {
    self.min = min
    self.max = max
  }
}
