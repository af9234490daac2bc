/// Numbers of rows and columns along the edges of a picture.
public struct Edges: Sendable, Hashable {
  public var top, left, bottom, right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }
}
