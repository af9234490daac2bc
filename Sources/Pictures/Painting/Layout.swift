/// How one stored picture comes onto a canvas.
struct Layout {
  let orientation: Orientation
  /// Where the upright picture goes.
  let framing: Framing
  /// The part of the stored picture that is shown, in pixels of the rows that are painted.
  private(set) var frame: Frame

  /// - Parameter size: The stored picture's size.
  init(_ size: Size, orientation: Orientation, canvas: Canvas) {
    self.orientation = orientation
    framing = Framing(canvas.resize, source: orientation.turn(size), target: canvas.size)
    frame = orientation.transposes ? framing.frame.transposed : framing.frame
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
