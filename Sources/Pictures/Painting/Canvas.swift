/// A tensor that a picture is to be drawn on.
struct Canvas {
  let pixels: UnsafeMutableRawPointer
  let size: Size
  let resize: Resize
  /// Chooses the part of the picture that is shown, in place of `resize`.
  let region: PictureRegion.Choice?

  /// The bytes from one row to the next.
  var stride: Int { size.width * 3 }

  /// Which part of an upright picture of `source` pixels goes where.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  func framing(_ source: Size) throws(PictureError) -> Framing {
    guard let region = region?(source.width, source.height) else {
      return Framing(resize, source: source, target: size)
    }
    return Framing(stretching: try region.frame(in: source), over: size)
  }

  /// Makes all of it black.
  func clear() { pixels.initializeMemory(as: UInt8.self, repeating: 0, count: stride * size.height) }
}
