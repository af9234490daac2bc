/// A picture's width and height in pixels.
struct Size: Hashable {
  var width: Int
  var height: Int

  /// The size of the picture turned by a quarter.
  var turned: Size { Size(width: height, height: width) }
}
