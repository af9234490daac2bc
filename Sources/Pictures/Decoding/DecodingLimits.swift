/// The limits that are checked before memory is allocated for a picture.
enum DecodingLimits {
  /// Pixels of a picture, however it is decoded.
  static let pixels = 1 << 28
  /// Pixels of a picture that a decoder must hold in memory all at once.
  static let heldPixels = 1 << 26
  /// Pixels times scans of a JPEG with several scans, since each scan passes over the whole picture.
  static let scannedPixels = 1 << 31
  /// Channels of a pixel, however few of them are used.
  static let channels = 16
  /// Pixels along a side.
  static let side = 65535
  /// Bytes of a file.
  static let fileBytes = 1 << 30
  /// Pixels along a side of a tensor.
  static let targetSide = 16384
  /// Bytes of pixels that stay in memory so that a picture is decoded only once for several tensors.
  static let sharedBytes = 1 << 26
  /// Bytes that each buffer keeps for the next picture.
  static let keptBytes = 1 << 24

  /// Throws if a picture's size is not positive or exceeds the limits.
  ///
  /// - Parameter held: The number of pixels that a decoder will hold in memory at once.
  static func check(_ size: PixelSize, held: Int, picture: String) throws(PictureError) {
    guard size.width > 0, size.height > 0 else {
      throw .corrupt(picture: picture, reason: "its header gives a size of \(size.width)x\(size.height)")
    }
    let tooLarge = size.width > side || size.height > side || size.width * size.height > pixels
    if tooLarge || held > heldPixels {
      throw .tooLarge(picture: picture, width: size.width, height: size.height, limit: tooLarge ? pixels : heldPixels)
    }
  }
}
