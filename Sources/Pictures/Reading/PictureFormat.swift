/// The picture formats that are read.
enum PictureFormat {
  case jpeg, png, webP, bmp, gif, tiff, heif

  /// The names of all of them, for a message.
  static let names = "JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC and AVIF"
}
