import CTurboJPEG
import Platform

/// A decoder of libturbojpeg for JPEG files, one at a time.
final class JPEGDecoder {
  private let library: TurboJPEG
  private var handle: CTurboJPEGHandle

  /// Makes a decoder; returns `nil` if there is too little memory.
  init?(_ library: TurboJPEG) {
    guard let handle = library.make() else { return nil }
    self.library = library
    self.handle = handle
  }

  deinit { _ = library.destroy(handle) }

  /// The facts about the picture in the header.
  struct Header {
    let size: PixelSize
    /// Whether libturbojpeg can decode it to RGB; it cannot for CMYK and rare samplings.
    let isConvertible: Bool
    /// Whether it has one channel.
    let isGrey: Bool
  }

  /// Reads the header.
  ///
  /// - Throws: ``PictureError/corrupt(picture:reason:)``.
  func header(_ bytes: UnsafeRawBufferPointer, picture: String) throws(PictureError) -> Header {
    renew()
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = -1
    var colours: Int32 = -1
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard let start else { throw .empty(picture: picture) }
    let status = library.readHeader(handle, start, UInt(bytes.count), &width, &height, &sampling, &colours)
    // For an unknown sampling, the function fails after it has set the size.
    guard status == 0 || width > 0 && height > 0 else { throw failure(picture) }
    return Header(
      size: PixelSize(width: Int(width), height: Int(height)),
      isConvertible: status == 0 && colours != CTURBOJPEG_COLOURS_CMYK && colours != CTURBOJPEG_COLOURS_YCCK,
      isGrey: colours == CTURBOJPEG_COLOURS_GREY)
  }

  /// Decodes a picture to packed RGB bytes.
  ///
  /// - Parameter size: The picture's size at the scale to decode at.
  /// - Throws: ``PictureError/corrupt(picture:reason:)``, also if only part of the picture can be decoded.
  func decode(
    _ bytes: UnsafeRawBufferPointer, markers: JPEGMarkers, to pixels: UnsafeMutableRawPointer, size: PixelSize,
    picture: String
  ) throws(PictureError) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw .empty(picture: picture) }
    let status = library.decompress(
      handle, start, UInt(bytes.count), pixels.assumingMemoryBound(to: UInt8.self), Int32(clamping: size.width),
      Int32(clamping: size.width * 3), Int32(clamping: size.height), Int32(CTURBOJPEG_PIXELS_RGB),
      Int32(CTURBOJPEG_FLAG_LIMIT_SCANS))
    guard status != 0 else { return }
    guard library.errorCode(handle) == CTURBOJPEG_ERROR_WARNING, !Self.isDamage(words) else { throw failure(picture) }
    // The library reports only the first warning: the file may also end too early.
    guard markers.hasEnd(in: bytes) else { throw .corrupt(picture: picture, reason: "it ends too early") }
  }

  // These warnings mean that pixels are wrong; other warnings, such as about extraneous bytes, do not.
  private static func isDamage(_ words: String) -> Bool {
    let words = words.lowercased()
    return ["premature end", "bad huffman", "bad arithmetic", "instead of rst"].contains { words.contains($0) }
  }

  private func failure(_ picture: String) -> PictureError {
    let words = words
    // 12-bit or lossless JPEG.
    return words.hasPrefix("Unsupported JPEG")
      ? .unsupported(picture: picture, reason: words) : .corrupt(picture: picture, reason: words)
  }

  /// Replaces libturbojpeg's decoder, which takes microseconds. A decoder keeps the tables of the file before, which one that
  /// lacks its own would be decoded with, and after a failure reads the next file as a part of the failed one.
  private func renew() {
    guard let fresh = library.make() else { return }
    _ = library.destroy(handle)
    handle = fresh
  }

  private var words: String {
    let words = library.errorWords(handle).map { String(cString: $0) } ?? ""
    return words.isEmpty ? "it is not a valid JPEG" : words
  }
}

/// The functions of libturbojpeg, opened when the first JPEG is read or written.
struct TurboJPEG: Sendable {
  /// Debian's package of the library.
  static let package = "libturbojpeg0"

  /// The library, or the reason why it cannot be used.
  static let shared = Result<TurboJPEG, SharedLibraryError> { () throws(SharedLibraryError) in try TurboJPEG() }

  let make: CTurboJPEGMake
  let destroy: CTurboJPEGDestroy
  let readHeader: CTurboJPEGReadHeader
  let decompress: CTurboJPEGDecompress
  let makeCompressor: CTurboJPEGMake
  let bound: CTurboJPEGBound
  let compress: CTurboJPEGCompress
  let errorWords: CTurboJPEGErrorWords
  let errorCode: CTurboJPEGErrorCode

  private init() throws(SharedLibraryError) {
    let library = try SharedLibrary("turbojpeg", version: 0, variable: "IMPRINT_TURBOJPEG")
    make = try library.function("tjInitDecompress", as: CTurboJPEGMake.self)
    destroy = try library.function("tjDestroy", as: CTurboJPEGDestroy.self)
    readHeader = try library.function("tjDecompressHeader3", as: CTurboJPEGReadHeader.self)
    decompress = try library.function("tjDecompress2", as: CTurboJPEGDecompress.self)
    makeCompressor = try library.function("tjInitCompress", as: CTurboJPEGMake.self)
    bound = try library.function("tjBufSize", as: CTurboJPEGBound.self)
    compress = try library.function("tjCompress2", as: CTurboJPEGCompress.self)
    errorWords = try library.function("tjGetErrorStr2", as: CTurboJPEGErrorWords.self)
    errorCode = try library.function("tjGetErrorCode", as: CTurboJPEGErrorCode.self)
  }
}

/// A scale, in eighths, at which a JPEG can be decoded: the decoder leaves out high frequencies.
///
/// Only 1, 2, 4 and 8 eighths are used: the decoder is optimised for those, and at other scales it takes longer than for
/// the whole picture.
struct JPEGScale: Hashable {
  private let eighths: Int

  /// The full size.
  static let full = JPEGScale(eighths: 8)

  private init(eighths: Int) { self.eighths = eighths }

  /// Chooses the smallest scale at which `area` still covers `target`, or the full size if no scale does.
  init(_ area: SourceArea, covering target: PixelSize) {
    let smallest = [1, 2, 4].first {
      let factor = Double($0) / 8
      return area.width * factor >= Double(target.width) && area.height * factor >= Double(target.height)
    }
    eighths = smallest ?? 8
  }

  /// The ratio of a length in the decoded picture to the length in the full picture.
  var factor: Double { Double(eighths) / 8 }

  /// Returns the size that a picture of `size` is decoded to.
  func applied(to size: PixelSize) -> PixelSize {
    PixelSize(width: (size.width * eighths + 7) / 8, height: (size.height * eighths + 7) / 8)
  }
}
