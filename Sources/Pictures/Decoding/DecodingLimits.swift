/// What a picture may claim before anything is allocated for it.
enum Limits {
  /// Pixels of a picture, however it is read.
  static let pixels = 1 << 28
  /// Pixels that are in memory at once, where a format or a decoder asks for all of them.
  static let heldPixels = 1 << 26
  /// Pixels times scans of a JPEG in several scans: each scan goes through the whole picture.
  static let scannedPixels = 1 << 31
  /// Pixels along a side.
  static let side = 65535
  /// Bytes of a file.
  static let fileBytes = 1 << 30
  /// Pixels along a side of a tensor.
  static let targetSide = 16384
  /// Bytes of pixels that are held so that they are decoded once for several tensors.
  static let sharedBytes = 1 << 26
  /// Memory that is kept for the next picture, in bytes, of each kind.
  static let keptBytes = 1 << 24

  /// Checks a picture's size.
  ///
  /// - Parameter held: The pixels that will be in memory at once.
  static func check(_ size: Size, held: Int, picture: String) throws(PictureError) {
    guard size.width > 0, size.height > 0 else {
      throw .corrupt(picture: picture, reason: "it claims to be \(size.width)x\(size.height)")
    }
    let tooLarge = size.width > side || size.height > side || size.width * size.height > pixels
    if tooLarge || held > heldPixels {
      throw .tooLarge(picture: picture, width: size.width, height: size.height, limit: tooLarge ? pixels : heldPixels)
    }
  }
}
