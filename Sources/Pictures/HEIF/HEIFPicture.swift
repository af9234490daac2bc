import CHEIF

/// A HEIC picture that libheif has decoded. Its rows are upright, and in sRGB as far as the profile's curves allow.
final class HEIFPicture: RowProducer {
  let size: PixelSize
  private let library: HEIF
  private let image: OpaquePointer
  private let plane: UnsafePointer<UInt8>
  private let bytesPerRow: Int
  private let hasAlpha: Bool
  private let conversion: ColourConversion?

  /// Decodes a file.
  ///
  /// - Throws: ``PictureError/corrupt(picture:reason:)``, ``PictureError/tooLarge(picture:width:height:limit:)``.
  init(_ bytes: UnsafeRawBufferPointer, _ library: HEIF, name: String) throws(PictureError) {
    func check(_ error: CHEIFError) throws(PictureError) {
      guard error.code != 0 else { return }
      let words = error.message.map { String(cString: $0) } ?? ""
      throw .corrupt(picture: name, reason: words.isEmpty ? "libheif gives no reason" : words)
    }
    guard let start = bytes.baseAddress else { throw .empty(picture: name) }
    guard let context = library.makeContext() else { throw .corrupt(picture: name, reason: "out of memory") }
    defer { library.freeContext(context) }
    try check(library.read(context, start, bytes.count, nil))
    var found: OpaquePointer?
    try check(library.primary(context, &found))
    guard let handle = found else { throw .corrupt(picture: name, reason: "it holds no picture") }
    defer { library.releaseHandle(handle) }
    let claimed = PixelSize(width: Int(library.width(handle)), height: Int(library.height(handle)))
    try DecodingLimits.check(claimed, held: 0, picture: name)
    try DecodingLimits.check(claimed, held: claimed.width * claimed.height, picture: name)

    let hasAlpha = library.hasAlpha(handle) != 0
    let chroma = Int32(hasAlpha ? CHEIF_INTERLEAVED_RGBA : CHEIF_INTERLEAVED_RGB)
    var made: OpaquePointer?
    try check(library.decode(handle, &made, Int32(CHEIF_COLOURS_RGB), chroma, nil))
    guard let image = made else { throw .corrupt(picture: name, reason: "it holds no picture") }
    let channel = Int32(CHEIF_CHANNEL_INTERLEAVED)
    let size = PixelSize(
      width: Int(library.imageWidth(image, channel)), height: Int(library.imageHeight(image, channel)))
    var stride: Int32 = 0
    guard size.width > 0, size.height > 0, let plane = library.plane(image, channel, &stride),
      Int(stride) >= size.width * (hasAlpha ? 4 : 3)
    else {
      library.releaseImage(image)
      throw .corrupt(picture: name, reason: "its size makes no sense")
    }
    self.library = library
    self.image = image
    self.plane = plane
    self.size = size
    self.hasAlpha = hasAlpha
    bytesPerRow = Int(stride)
    conversion = Self.conversion(of: handle, library)
  }

  deinit { library.releaseImage(image) }

  /// Returns the conversion by the profile of a picture; nil where it has none, or one that is not of curves.
  private static func conversion(of handle: OpaquePointer, _ library: HEIF) -> ColourConversion? {
    let size = library.profileSize(handle)
    guard (1...largestProfile).contains(size) else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    guard library.profile(handle, &bytes).code == 0, let profile = ColourProfile(bytes), !profile.isSRGB else {
      return nil
    }
    return profile.pixels == .rgb ? profile.conversion() : nil
  }

  private static let largestProfile = 1 << 24

  func produce(_ rows: Range<Int>, into ring: RowRing) {
    for y in rows {
      let from = plane + y * bytesPerRow
      let to = ring.row(y)
      if hasAlpha {
        let bytes = to.assumingMemoryBound(to: UInt8.self)
        for x in 0..<size.width {
          let opacity = from[4 * x + 3]
          for channel in 0..<3 { bytes[3 * x + channel] = from[4 * x + channel].overWhite(opacity) }
        }
      } else {
        to.copyMemory(from: from, byteCount: 3 * size.width)
      }
      conversion?.apply(to: to, count: size.width)
    }
  }
}
