/// What a picture in a tensor is like.
public struct ImageProperties: Sendable, Hashable {
  /// What the channels are.
  public var colorSpace: ColorSpace
  /// The size where the tensor's shape leaves it open.
  public var defaultSize: ImageSize?

  /// A picture of some channels.
  public init(colorSpace: ColorSpace, defaultSize: ImageSize? = nil) {
    self.colorSpace = colorSpace
    self.defaultSize = defaultSize
  }
}
