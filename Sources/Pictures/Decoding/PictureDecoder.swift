import Platform

/// Decodes pictures and resamples them into tensors.
///
/// It keeps its buffers, decoders and filter weights for the next picture. One thread at a time may use it.
final class PictureDecoder {
  /// The buffer for a file's bytes.
  let file = ReusableBuffer()
  /// Receives the time of each step.
  var timing: PictureTiming?

  private let pixels = ReusableBuffer()
  // One for each tensor, since each keeps the weights for its size.
  private var resamplers = [Resampler()]
  private var decoder: JPEGDecoder?

  /// Frees buffers that are too large to keep.
  func tidy() {
    file.trim(to: DecodingLimits.keptBytes)
    pixels.trim(to: DecodingLimits.keptBytes)
    for resampler in resamplers { resampler.tidy() }
  }

  /// Decodes a picture file into tensors.
  func decode(_ bytes: UnsafeRawBufferPointer, picture: String, into targets: [TargetTensor]) throws(PictureError) {
    guard !bytes.isEmpty else { throw .empty(picture: picture) }
    guard let format = PictureFormat(bytes) else { throw .unknownFormat(picture: picture) }
    makeResamplers(targets.count)
    switch format {
    case .jpeg:
      try readJPEG(bytes, picture: picture, into: targets)
    case .bmp:
      try resample(into: targets) { () throws(PictureError) in
        (try Bitmap(bytes, picture: picture), .upright)
      }
    case .png, .webP, .gif, .tiff, .heif:
      try readThroughVips(bytes, format, picture: picture, into: targets)
    }
  }

  /// Resamples pixels in memory into tensors.
  func resample(_ buffer: PixelBuffer, into targets: [TargetTensor]) throws(PictureError) {
    makeResamplers(targets.count)
    try buffer.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
      try resample(into: targets) { () throws(PictureError) in
        (PixelBufferRows(buffer, bytes: UnsafeRawBufferPointer(bytes)), .upright)
      }
    }
  }

  private func makeResamplers(_ count: Int) {
    while resamplers.count < count { resamplers.append(Resampler()) }
  }

  /// Runs a step and reports its time if ``timing`` is set.
  func timed<Result>(
    _ step: PictureTiming.Step, _ body: () throws(PictureError) -> Result
  ) throws(PictureError) -> Result {
    guard let timing else { return try body() }
    let start = ContinuousClock.now
    defer { timing.spent(step, ContinuousClock.now - start) }
    return try body()
  }

  private func readThroughVips(
    _ bytes: UnsafeRawBufferPointer, _ format: PictureFormat, picture: String, into targets: [TargetTensor]
  ) throws(PictureError) {
    switch Vips.shared {
    case .success(let vips):
      try resample(into: targets) { () throws(PictureError) in
        let image = try VipsPicture(bytes, format, vips, name: picture)
        return (image, image.orientation)
      }
    case .failure(let error):
      throw .missingLibrary(picture: picture, library: "libvips", package: Vips.package, reason: error.description)
    }
  }

  /// Resamples the picture that `open` returns, whose rows are produced one after the other.
  private func resample<Producer: RowProducer>(
    into targets: [TargetTensor], open: () throws(PictureError) -> (Producer, Orientation)
  ) throws(PictureError) {
    let (producer, orientation) = try timed(.decoding, open)
    let size = producer.size
    if targets.count > 1, (size.width * 3 + rowMargin) * size.height <= DecodingLimits.sharedBytes {
      var rows = StreamedRows(producer, window: size.height, buffer: pixels)
      try timed(.decoding) { () throws(PictureError) in try rows.prepareAll() }
      for (target, resampler) in zip(targets, resamplers) {
        try timed(.resizing) { () throws(PictureError) in
          let geometry = try ResamplingGeometry(size, orientation: orientation, target: target)
          try resampler.resample(rows, geometry, into: target)
        }
      }
      return
    }
    for (index, target) in targets.enumerated() {
      let producer = index == 0 ? producer : try timed(.decoding, open).0
      let geometry = try ResamplingGeometry(size, orientation: orientation, target: target)
      try stream(producer, geometry, into: target, with: resamplers[index])
    }
  }

  /// Resamples rows while they are produced, and measures the two times separately.
  private func stream(
    _ producer: some RowProducer, _ geometry: ResamplingGeometry, into target: TargetTensor, with resampler: Resampler
  ) throws(PictureError) {
    guard let timing else { return try resampler.resample(streaming: producer, geometry, into: target) }
    var making = Duration.zero
    let start = ContinuousClock.now
    defer {
      timing.spent(.decoding, making)
      timing.spent(.resizing, ContinuousClock.now - start - making)
    }
    try resampler.resample(streaming: TimedRows(producer) { making += $0 }, geometry, into: target)
  }

  private func readJPEG(
    _ bytes: UnsafeRawBufferPointer, picture: String, into targets: [TargetTensor]
  ) throws(PictureError) {
    switch TurboJPEG.shared {
    case .success(let library):
      guard let decoder = decoder ?? JPEGDecoder(library) else {
        throw .unsupported(picture: picture, reason: "there is too little memory for libturbojpeg")
      }
      self.decoder = decoder
      let header = try timed(.decoding) { () throws(PictureError) in
        try decoder.header(bytes, picture: picture)
      }
      if header.isConvertible {
        try decode(bytes, header.size, with: decoder, picture: picture, into: targets)
      } else {
        try readThroughVips(bytes, .jpeg, picture: picture, into: targets)
      }
    case .failure(let error):
      guard case .success = Vips.shared else {
        throw .missingLibrary(
          picture: picture, library: "libturbojpeg", package: TurboJPEG.package, reason: error.description)
      }
      try readThroughVips(bytes, .jpeg, picture: picture, into: targets)
    }
  }

  /// Decodes a JPEG once for each scale that the tensors need.
  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ size: PixelSize, with decoder: JPEGDecoder, picture: String,
    into targets: [TargetTensor]
  ) throws(PictureError) {
    try DecodingLimits.check(size, held: 0, picture: picture)
    let markers = JPEGMarkers(bytes)
    let geometries = try targets.map { (target) throws(PictureError) in
      try ResamplingGeometry(size, orientation: markers.orientation, target: target)
    }
    let scales = geometries.map { $0.crop.isNearest ? .full : JPEGScale($0.area, covering: $0.target) }
    for (first, scale) in scales.enumerated() where scales.firstIndex(of: scale) == first {
      let scaled = scale.applied(to: size)
      let decoded = try timed(.decoding) { () throws(PictureError) in
        try decode(bytes, size, markers, to: scaled, with: decoder, picture: picture)
      }
      for index in scales.indices where scales[index] == scale {
        let geometry = geometries[index].scaled(x: scale.factor, y: scale.factor)
        try timed(.resizing) { () throws(PictureError) in
          try resamplers[index].resample(MemoryRows(decoded, size: scaled), geometry, into: targets[index])
        }
      }
    }
  }

  /// Returns the pixels of a JPEG at one scale, valid until the next call.
  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ size: PixelSize, _ markers: JPEGMarkers, to scaled: PixelSize,
    with decoder: JPEGDecoder, picture: String
  ) throws(PictureError) -> UnsafeMutableRawPointer {
    let held = markers.hasSeveralScans ? size : scaled
    try DecodingLimits.check(size, held: held.width * held.height, picture: picture)
    if markers.hasSeveralScans, size.width * size.height * markers.scans(in: bytes) > DecodingLimits.scannedPixels {
      throw .unsupported(picture: picture, reason: "it has too many scans for its size")
    }
    let decoded = pixels.bytes(scaled.width * scaled.height * 3 + rowMargin)
    try decoder.decode(bytes, markers: markers, to: decoded, size: scaled, picture: picture)
    return decoded
  }
}
