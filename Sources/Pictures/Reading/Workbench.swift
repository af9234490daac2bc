/// What reading a picture takes and the next picture can use again. One thread at a time may use it.
final class Workbench {
  /// Memory for a file's bytes.
  let file = Memory()
  private let pixels = Memory()
  private let painter = Painter()
  private var decoder: JPEGDecoder?

  /// Gives back what is too large to keep.
  func tidy() {
    file.trim(to: Limits.keptBytes)
    pixels.trim(to: Limits.keptBytes)
    painter.tidy()
  }

  /// Reads a picture onto a canvas.
  func read(_ bytes: UnsafeRawBufferPointer, picture: String, onto canvas: Canvas) throws(PictureError) {
    guard !bytes.isEmpty else { throw .empty(picture: picture) }
    guard let format = PictureFormat(bytes) else { throw .unknownFormat(picture: picture) }
    switch format {
    case .jpeg:
      try readJPEG(bytes, picture: picture, onto: canvas)
    case .bmp:
      let bitmap = try Bitmap(bytes, picture: picture)
      try painter.paint(
        streaming: bitmap, Layout(bitmap.size, orientation: .upright, canvas: canvas), onto: canvas)
    case .png, .webP, .gif, .tiff, .heif:
      try readThroughVips(bytes, format, picture: picture, onto: canvas)
    }
  }

  private func readThroughVips(
    _ bytes: UnsafeRawBufferPointer, _ format: PictureFormat, picture: String, onto canvas: Canvas
  ) throws(PictureError) {
    switch Vips.shared {
    case .success(let vips):
      let image = try VipsPicture(bytes, format, vips, name: picture)
      try painter.paint(
        streaming: image, Layout(image.size, orientation: image.orientation, canvas: canvas), onto: canvas)
    case .failure(let error):
      throw .missingLibrary(picture: picture, library: "libvips", package: Vips.package, reason: error.description)
    }
  }

  private func readJPEG(_ bytes: UnsafeRawBufferPointer, picture: String, onto canvas: Canvas) throws(PictureError) {
    switch TurboJPEG.shared {
    case .success(let library):
      guard let decoder = decoder ?? JPEGDecoder(library) else {
        throw .unsupported(picture: picture, reason: "libturbojpeg has not enough memory")
      }
      self.decoder = decoder
      let header = try decoder.header(bytes, picture: picture)
      if header.isConvertible {
        try decode(bytes, header.size, with: decoder, picture: picture, onto: canvas)
      } else {
        try readThroughVips(bytes, .jpeg, picture: picture, onto: canvas)
      }
    case .failure(let error):
      guard case .success = Vips.shared else {
        throw .missingLibrary(
          picture: picture, library: "libturbojpeg", package: TurboJPEG.package, reason: error.description)
      }
      try readThroughVips(bytes, .jpeg, picture: picture, onto: canvas)
    }
  }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ size: Size, with decoder: JPEGDecoder, picture: String, onto canvas: Canvas
  ) throws(PictureError) {
    try Limits.check(size, held: 0, picture: picture)
    let markers = JPEGMarkers(bytes)
    let layout = Layout(size, orientation: markers.orientation, canvas: canvas)
    let scale = canvas.resize == .nearest ? .full : JPEGScale(layout.frame, covering: layout.target)
    let scaled = scale.applied(to: size)
    let held = markers.hasSeveralScans ? size : scaled
    try Limits.check(size, held: held.width * held.height, picture: picture)
    if markers.hasSeveralScans, size.width * size.height * markers.scans(in: bytes) > Limits.scannedPixels {
      throw .unsupported(picture: picture, reason: "it has too many scans for its size")
    }
    let decoded = pixels.bytes(scaled.width * scaled.height * 3 + rowMargin)
    try decoder.decode(bytes, markers: markers, to: decoded, size: scaled, picture: picture)
    try painter.paint(
      MemoryRows(decoded, size: scaled), layout.scaled(x: scale.factor, y: scale.factor), onto: canvas)
  }
}
