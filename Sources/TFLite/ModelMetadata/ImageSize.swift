/// The size of a picture, in pixels.
public struct ImageSize: Sendable, Hashable {
  /// The width.
  public var width: UInt32
  /// The height.
  public var height: UInt32

  /// A size in pixels.
  public init(width: UInt32, height: UInt32) {
    self.width = width
    self.height = height
  }
}
