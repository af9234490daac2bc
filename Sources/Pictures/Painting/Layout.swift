/// How one stored picture comes onto a canvas.
struct Layout {
  let orientation: Orientation
  /// Where the upright picture goes.
  let framing: Framing
  /// The part of the stored picture that is shown, in pixels of the rows that are painted.
  private(set) var frame: Frame

  /// - Parameter size: The stored picture's size.
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  init(_ size: Size, orientation: Orientation, canvas: Canvas) throws(PictureError) {
    self.orientation = orientation
    framing = try canvas.framing(orientation.turn(size))
    frame = orientation.stored(framing.frame, of: size)
  }

  /// The size of what is shown on the canvas, before it is turned.
  var target: Size { orientation.turn(framing.size) }

  /// The same for a picture `x` times as wide and `y` times as high.
  func scaled(x: Double, y: Double) -> Layout {
    var layout = self
    layout.frame = frame.scaled(x: x, y: y)
    return layout
  }
}
