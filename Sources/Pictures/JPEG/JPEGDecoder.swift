import CTurboJPEG

/// Decodes JPEG files, one at a time.
final class JPEGDecoder {
  private let library: TurboJPEG
  private let handle: CTurboJPEGHandle

  /// `nil` where memory is lacking.
  init?(_ library: TurboJPEG) {
    guard let handle = library.make() else { return nil }
    self.library = library
    self.handle = handle
  }

  deinit { _ = library.destroy(handle) }

  /// What a file says of its picture.
  struct Header {
    let size: Size
    /// Whether the pixels come out as RGB; those of CMYK and of rare samplings do not.
    let isConvertible: Bool
  }

  /// Reads the header.
  ///
  /// - Throws: ``PictureError/corrupt(picture:reason:)``.
  func header(_ bytes: UnsafeRawBufferPointer, picture: String) throws(PictureError) -> Header {
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = -1
    var colours: Int32 = -1
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard let start else { throw .empty(picture: picture) }
    let status = library.readHeader(handle, start, UInt(bytes.count), &width, &height, &sampling, &colours)
    // An unknown sampling is an error after the size has been told.
    guard status == 0 || width > 0 && height > 0 else { throw failure(picture) }
    return Header(
      size: Size(width: Int(width), height: Int(height)),
      isConvertible: status == 0 && colours != CTURBOJPEG_COLOURS_CMYK && colours != CTURBOJPEG_COLOURS_YCCK)
  }

  /// Decodes a picture to packed RGB bytes.
  ///
  /// - Parameter size: The picture's size at one of the scales.
  /// - Throws: ``PictureError/corrupt(picture:reason:)``, also where only a part of the picture comes out.
  func decode(
    _ bytes: UnsafeRawBufferPointer, markers: JPEGMarkers, to pixels: UnsafeMutableRawPointer, size: Size,
    picture: String
  ) throws(PictureError) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw .empty(picture: picture) }
    let status = library.decompress(
      handle, start, UInt(bytes.count), pixels.assumingMemoryBound(to: UInt8.self), Int32(clamping: size.width),
      Int32(clamping: size.width * 3), Int32(clamping: size.height), Int32(CTURBOJPEG_PIXELS_RGB),
      Int32(CTURBOJPEG_FLAG_LIMIT_SCANS))
    guard status != 0 else { return }
    guard library.errorCode(handle) == CTURBOJPEG_ERROR_WARNING, !Self.isHarm(words) else { throw failure(picture) }
    // The library tells of the first warning only: the file may also break off later.
    guard markers.hasEnd(in: bytes) else { throw .corrupt(picture: picture, reason: "it ends too early") }
  }

  // Warnings after which pixels are wrong; after others, such as of bytes too many, they are right.
  private static func isHarm(_ words: String) -> Bool {
    let words = words.lowercased()
    return ["premature end", "bad huffman", "bad arithmetic", "instead of rst"].contains { words.contains($0) }
  }

  private func failure(_ picture: String) -> PictureError {
    // Of 12 bits, or without loss.
    words.hasPrefix("Unsupported JPEG")
      ? .unsupported(picture: picture, reason: words) : .corrupt(picture: picture, reason: words)
  }

  private var words: String {
    let words = library.errorWords(handle).map { String(cString: $0) } ?? ""
    return words.isEmpty ? "it is not a sound JPEG" : words
  }
}
