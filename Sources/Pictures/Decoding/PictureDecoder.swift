/// What reading a picture takes and the next picture can use again. One thread at a time may use it.
final class Workbench {
  /// Memory for a file's bytes.
  let file = Memory()
  /// Is told how long the steps take.
  var timing: PictureTiming?

  private let pixels = Memory()
  // One for each canvas: each keeps the weights of its size.
  private var painters = [Painter()]
  private var decoder: JPEGDecoder?

  /// Gives back what is too large to keep.
  func tidy() {
    file.trim(to: Limits.keptBytes)
    pixels.trim(to: Limits.keptBytes)
    for painter in painters { painter.tidy() }
  }

  /// Reads a picture onto canvases.
  func read(_ bytes: UnsafeRawBufferPointer, picture: String, onto canvases: [Canvas]) throws(PictureError) {
    guard !bytes.isEmpty else { throw .empty(picture: picture) }
    guard let format = PictureFormat(bytes) else { throw .unknownFormat(picture: picture) }
    while painters.count < canvases.count { painters.append(Painter()) }
    switch format {
    case .jpeg:
      try readJPEG(bytes, picture: picture, onto: canvases)
    case .bmp:
      try paint(onto: canvases) { () throws(PictureError) in
        (try Bitmap(bytes, picture: picture), .upright)
      }
    case .png, .webP, .gif, .tiff, .heif:
      try readThroughVips(bytes, format, picture: picture, onto: canvases)
    }
  }

  /// Does a step, and tells of its time where somebody wants to know.
  func timed<Result>(
    _ step: PictureTiming.Step, _ body: () throws(PictureError) -> Result
  ) throws(PictureError) -> Result {
    guard let timing else { return try body() }
    let start = ContinuousClock.now
    defer { timing.spent(step, ContinuousClock.now - start) }
    return try body()
  }

  private func readThroughVips(
    _ bytes: UnsafeRawBufferPointer, _ format: PictureFormat, picture: String, onto canvases: [Canvas]
  ) throws(PictureError) {
    switch Vips.shared {
    case .success(let vips):
      try paint(onto: canvases) { () throws(PictureError) in
        let image = try VipsPicture(bytes, format, vips, name: picture)
        return (image, image.orientation)
      }
    case .failure(let error):
      throw .missingLibrary(picture: picture, library: "libvips", package: Vips.package, reason: error.description)
    }
  }

  /// Paints a picture whose rows are made one after the other, by what `open` gives.
  private func paint<Producer: RowProducer>(
    onto canvases: [Canvas], open: () throws(PictureError) -> (Producer, Orientation)
  ) throws(PictureError) {
    let (producer, orientation) = try timed(.decoding, open)
    let size = producer.size
    if canvases.count > 1, (size.width * 3 + rowMargin) * size.height <= Limits.sharedBytes {
      var rows = StreamedRows(producer, window: size.height, memory: pixels)
      try timed(.decoding) { () throws(PictureError) in try rows.prepareAll() }
      for (canvas, painter) in zip(canvases, painters) {
        try timed(.resizing) { () throws(PictureError) in
          try painter.paint(rows, try Layout(size, orientation: orientation, canvas: canvas), onto: canvas)
        }
      }
      return
    }
    for (index, canvas) in canvases.enumerated() {
      let producer = index == 0 ? producer : try timed(.decoding, open).0
      let layout = try Layout(size, orientation: orientation, canvas: canvas)
      try stream(producer, layout, onto: canvas, with: painters[index])
    }
  }

  // Rows are made while others are scaled: the time is told apart.
  private func stream(
    _ producer: some RowProducer, _ layout: Layout, onto canvas: Canvas, with painter: Painter
  ) throws(PictureError) {
    guard let timing else { return try painter.paint(streaming: producer, layout, onto: canvas) }
    var making = Duration.zero
    let start = ContinuousClock.now
    defer {
      timing.spent(.decoding, making)
      timing.spent(.resizing, ContinuousClock.now - start - making)
    }
    try painter.paint(streaming: TimedRows(producer) { making += $0 }, layout, onto: canvas)
  }

  private func readJPEG(
    _ bytes: UnsafeRawBufferPointer, picture: String, onto canvases: [Canvas]
  ) throws(PictureError) {
    switch TurboJPEG.shared {
    case .success(let library):
      guard let decoder = decoder ?? JPEGDecoder(library) else {
        throw .unsupported(picture: picture, reason: "libturbojpeg has not enough memory")
      }
      self.decoder = decoder
      let header = try timed(.decoding) { () throws(PictureError) in
        try decoder.header(bytes, picture: picture)
      }
      if header.isConvertible {
        try decode(bytes, header.size, with: decoder, picture: picture, onto: canvases)
      } else {
        try readThroughVips(bytes, .jpeg, picture: picture, onto: canvases)
      }
    case .failure(let error):
      guard case .success = Vips.shared else {
        throw .missingLibrary(
          picture: picture, library: "libturbojpeg", package: TurboJPEG.package, reason: error.description)
      }
      try readThroughVips(bytes, .jpeg, picture: picture, onto: canvases)
    }
  }

  /// Decodes a picture once for each scale that its canvases need.
  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ size: Size, with decoder: JPEGDecoder, picture: String,
    onto canvases: [Canvas]
  ) throws(PictureError) {
    try Limits.check(size, held: 0, picture: picture)
    let markers = JPEGMarkers(bytes)
    let layouts = try canvases.map { (canvas) throws(PictureError) in
      try Layout(size, orientation: markers.orientation, canvas: canvas)
    }
    let scales = layouts.map { $0.framing.isNearest ? .full : JPEGScale($0.frame, covering: $0.target) }
    for (first, scale) in scales.enumerated() where scales.firstIndex(of: scale) == first {
      let scaled = scale.applied(to: size)
      let decoded = try timed(.decoding) { () throws(PictureError) in
        try decode(bytes, size, markers, to: scaled, with: decoder, picture: picture)
      }
      for index in scales.indices where scales[index] == scale {
        let layout = layouts[index].scaled(x: scale.factor, y: scale.factor)
        try timed(.resizing) { () throws(PictureError) in
          try painters[index].paint(MemoryRows(decoded, size: scaled), layout, onto: canvases[index])
        }
      }
    }
  }

  /// The picture's pixels at one of its scales, valid until the next are made.
  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ size: Size, _ markers: JPEGMarkers, to scaled: Size, with decoder: JPEGDecoder,
    picture: String
  ) throws(PictureError) -> UnsafeMutableRawPointer {
    let held = markers.hasSeveralScans ? size : scaled
    try Limits.check(size, held: held.width * held.height, picture: picture)
    if markers.hasSeveralScans, size.width * size.height * markers.scans(in: bytes) > Limits.scannedPixels {
      throw .unsupported(picture: picture, reason: "it has too many scans for its size")
    }
    let decoded = pixels.bytes(scaled.width * scaled.height * 3 + rowMargin)
    try decoder.decode(bytes, markers: markers, to: decoded, size: scaled, picture: picture)
    return decoded
  }
}
