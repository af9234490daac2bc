/// A part of a picture, in pixels and fractions of pixels from its upper left corner.
struct Frame: Hashable {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  /// The same part of the picture mirrored about its diagonal.
  var transposed: Frame { Frame(left: top, top: left, width: height, height: width) }

  /// The same part of the picture when that is `x` times as wide and `y` times as high.
  func scaled(x: Double, y: Double) -> Frame {
    Frame(left: left * x, top: top * y, width: width * x, height: height * y)
  }
}
