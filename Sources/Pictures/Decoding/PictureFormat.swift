/// The picture file formats that can be read.
package enum PictureFormat: CaseIterable {
  case jpeg, png, webP, bmp, gif, tiff, heif

  /// The names of all formats, for a message.
  package static let names = "JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC and AVIF"

  /// Recognises the format by the first bytes of a file; returns `nil` for an unknown format.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    func has(_ prefix: [UInt8], at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: prefix) }
    if has([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if has([0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A]) {
      self = .png
    } else if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) {
      self = .webP
    } else if has(Array("GIF87a".utf8)) || has(Array("GIF89a".utf8)) {
      self = .gif
    } else if has([0x49, 0x49, 0x2A, 0]) || has([0x4D, 0x4D, 0, 0x2A]) || has([0x49, 0x49, 0x2B, 0])
      || has([0x4D, 0x4D, 0, 0x2B])
    {
      self = .tiff
    } else if has(Array("ftyp".utf8), at: 4), Self.brands.contains(where: { has(Array($0.utf8), at: 8) }) {
      self = .heif
    } else if has(Array("BM".utf8)) {
      self = .bmp
    } else {
      return nil
    }
  }

  /// The usual file name extension.
  package var ending: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    case .webP: "webp"
    case .bmp: "bmp"
    case .gif: "gif"
    case .tiff: "tif"
    case .heif: "heic"
    }
  }

  // The main brands of still pictures in HEIF containers.
  private static let brands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"]
}

extension PictureFormat {
  /// Returns whether libvips decodes a picture of this format row by row, without holding all of it in memory.
  func isStreamed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    // The last byte of a PNG header says whether it is interlaced; libvips holds such a picture.
    case .png: ByteReader(bytes, bigEndian: true).byte(28) == 0
    case .jpeg: !JPEGMarkers(bytes).hasSeveralScans
    case .bmp, .tiff: true
    case .webP, .gif, .heif: false
    }
  }
}
