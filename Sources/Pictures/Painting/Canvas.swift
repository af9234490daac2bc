/// A tensor that a picture is to be drawn on.
struct Canvas {
  let pixels: UnsafeMutableRawPointer
  let size: Size
  let resize: Resize

  /// The bytes from one row to the next.
  var stride: Int { size.width * 3 }

  /// Makes all of it black.
  func clear() { pixels.initializeMemory(as: UInt8.self, repeating: 0, count: stride * size.height) }
}
