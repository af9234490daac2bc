import CTurboJPEG

/// A picture as the input of a network: `height` rows of `width` pixels, each a byte of red, green and blue.
public struct PixelTensor: Sendable, Hashable {
  /// The number of pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The bytes in the order `[height][width][3]`: `width * height * 3` of them.
  public let pixels: [UInt8]

  /// Makes a tensor from its bytes.
  ///
  /// - Parameter pixels: Bytes in the order `[height][width][3]`.
  /// - Returns: `nil` if a side is not positive or the number of bytes is not `width * height * 3`.
  public init?(width: Int, height: Int, pixels: [UInt8]) {
    guard width > 0, height > 0, pixels.count % 3 == 0, pixels.count / 3 % width == 0,
      pixels.count / 3 / width == height
    else { return nil }
    self.init(width: width, height: height, checked: pixels)
  }

  /// Makes a tensor from bytes whose number is known to be right.
  init(width: Int, height: Int, checked pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Calls `body` with the bytes, which are contiguous and valid only during the call.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try pixels.withUnsafeBufferPointer { pixels throws(Failure) in try body(UnsafeRawBufferPointer(pixels)) }
  }
}

extension PixelTensor {
  /// Encodes the picture as a JPEG file with 4:2:0 chroma subsampling.
  ///
  /// - Parameter quality: From 1, the smallest file, to 100, the best picture; other values are clamped.
  /// - Returns: The bytes of the file, or `nil` if libturbojpeg cannot be used or a side has more than 65 500 pixels.
  public func jpeg(quality: Int = 80) -> [UInt8]? {
    guard case .success(let library) = TurboJPEG.shared, let handle = library.makeCompressor() else { return nil }
    defer { _ = library.destroy(handle) }
    guard width <= Self.largestSide, height <= Self.largestSide else { return nil }
    let sides = (width: Int32(width), height: Int32(height))
    let sampling = Int32(CTURBOJPEG_SAMPLING_420)
    guard let bound = Int(exactly: library.bound(sides.width, sides.height, sampling)), bound > 0 else { return nil }
    var size = UInt(bound)
    let bytes = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      guard var start = buffer.baseAddress else { return }
      let status = pixels.withUnsafeBufferPointer { pixels in
        pixels.baseAddress.map {
          library.compress(
            handle, $0, sides.width, sides.width * 3, sides.height, Int32(CTURBOJPEG_PIXELS_RGB), &start, &size,
            sampling, Int32(min(max(quality, 1), 100)), Int32(CTURBOJPEG_FLAG_OWN_MEMORY))
        }
      }
      count = status == 0 ? min(Int(size), bound) : 0
    }
    return bytes.isEmpty ? nil : bytes
  }

  // The limit of the library; that of the format is slightly higher.
  private static let largestSide = 65_500
}
