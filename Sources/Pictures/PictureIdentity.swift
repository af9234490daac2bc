package import Platform

/// What a picture is known by, and its size.
package struct PictureIdentity: Sendable, Hashable {
  /// The digest of the bytes of its file, or of its pixels.
  package let digest: PictureDigest
  /// The number of pixels in a row and of rows, as they are stored.
  package let width, height: Int

  package init(digest: PictureDigest, width: Int, height: Int) {
    (self.digest, self.width, self.height) = (digest, width, height)
  }

  /// Identifies the picture in the bytes of a file; nil where its size is not known.
  init?(_ file: UnsafeRawBufferPointer, _ size: PixelSize?) {
    guard let size, let digest = PictureDigest(of: file) else { return nil }
    self.init(digest: digest, width: size.width, height: size.height)
  }

  /// Identifies pixels in memory: by their size, their format and their bytes, without those beyond the end of a row.
  package init?(_ pixels: PixelBuffer) {
    let row = pixels.width * pixels.format.bytesPerPixel
    var content = Array("\(pixels.format.rawValue) \(pixels.width) \(pixels.height) ".utf8)
    content.reserveCapacity(content.count + row * pixels.height)
    for start in stride(from: 0, to: pixels.height * pixels.bytesPerRow, by: pixels.bytesPerRow) {
      content += pixels.bytes[start..<start + row]
    }
    guard let digest = content.withUnsafeBytes({ PictureDigest(of: $0) }) else { return nil }
    self.init(digest: digest, width: pixels.width, height: pixels.height)
  }

  /// Identifies a picture that has the size of a network's input.
  package init?(_ tensor: PixelTensor) {
    let content = Array("rgb \(tensor.width) \(tensor.height) ".utf8) + tensor.pixels
    guard let digest = content.withUnsafeBytes({ PictureDigest(of: $0) }) else { return nil }
    self.init(digest: digest, width: tensor.width, height: tensor.height)
  }
}
