import CTurboJPEG

extension PixelTensor {
  /// The picture as the bytes of a JPEG file, its colours stored at half the width and height.
  ///
  /// - Parameter quality: From 1, the smallest file, to 100, the best picture; what lies beyond is moved to the nearer end.
  /// - Returns: `nil` where libturbojpeg is not there or has no memory left, and of a side of more than 65 500 pixels.
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

  // The format's own limit is a little wider; the library's is this.
  private static let largestSide = 65_500
}
