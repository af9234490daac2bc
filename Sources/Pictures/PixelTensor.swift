/// A picture as a network takes it: `height` rows of `width` pixels of red, green and blue, a byte each.
public struct PixelTensor: Sendable, Hashable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The bytes in the order `[height][width][3]`: `width * height * 3` of them.
  public let pixels: [UInt8]

  /// A picture from its bytes.
  ///
  /// - Parameter pixels: Bytes in the order `[height][width][3]`.
  /// - Returns: `nil` where a side is not positive or the bytes are not `width * height * 3`.
  public init?(width: Int, height: Int, pixels: [UInt8]) {
    guard width > 0, height > 0, pixels.count % 3 == 0, pixels.count / 3 % width == 0,
      pixels.count / 3 / width == height
    else { return nil }
    self.init(width: width, height: height, checked: pixels)
  }

  init(width: Int, height: Int, checked pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Calls `body` with the bytes, which are contiguous and stay valid during the call only.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try pixels.withUnsafeBufferPointer { pixels throws(Failure) in try body(UnsafeRawBufferPointer(pixels)) }
  }
}
