import CTurboJPEG
import Platform

/// The functions of libturbojpeg, opened when the first JPEG is read or written.
struct TurboJPEG: Sendable {
  /// Debian's package of the library.
  static let package = "libturbojpeg0"

  /// The library, or why it is not there.
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
    let library = try SharedLibrary(firstOf: SharedLibrary.names("turbojpeg", version: 0))
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
