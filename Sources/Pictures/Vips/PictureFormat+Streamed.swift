extension PictureFormat {
  /// Whether libvips decodes a picture of this format row by row, instead of holding all of it.
  func isStreamed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    // An interlaced PNG, by the last byte of its header, is held.
    case .png: ByteReader(bytes, bigEndian: true).byte(28) == 0
    case .jpeg: !JPEGMarkers(bytes).hasSeveralScans
    case .bmp, .tiff: true
    case .webP, .gif, .heif: false
    }
  }
}
