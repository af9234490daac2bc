import Platform

/// Decodes pictures and resamples them into tensors.
///
/// It keeps its buffers, decoders and filter weights for the next picture. One thread at a time may use it.
final class PictureDecoder {
  /// The buffer for a file's bytes.
  let file = ReusableBuffer()
  /// Receives the time of each step.
  var timing: PictureTiming?
  /// The size of the picture that was decoded last, before it was turned upright; nil if its header could not be read.
  private(set) var size: PixelSize?

  private let pixels = ReusableBuffer()
  // A copy of a file without what is left out of it.
  private let thinned = ReusableBuffer()
  // One for each tensor, since each keeps the weights for its size.
  private var resamplers = [Resampler()]
  private var decoder: JPEGDecoder?
  private var lastConversion: (profile: [UInt8], conversion: ColourConversion?)?

  /// Frees buffers that are too large to keep.
  func tidy() {
    file.trim(to: DecodingLimits.keptBytes)
    pixels.trim(to: DecodingLimits.keptBytes)
    thinned.trim(to: DecodingLimits.keptBytes)
    for resampler in resamplers { resampler.tidy() }
  }

  /// Decodes a picture file into tensors.
  func decode(_ bytes: UnsafeRawBufferPointer, picture: String, into targets: [TargetTensor]) throws(PictureError) {
    size = nil
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
    case .heif where HEIF.isHEIC(bytes):
      try readHEIC(bytes, picture: picture, into: targets)
    case .png, .webP, .gif, .tiff, .heif:
      try readThroughVips(bytes, format, picture: picture, into: targets)
    }
  }

  /// Reads a HEIC through libheif where that is named, otherwise through libvips.
  private func readHEIC(
    _ bytes: UnsafeRawBufferPointer, picture: String, into targets: [TargetTensor]
  ) throws(PictureError) {
    switch HEIF.shared {
    case .success(nil): try readThroughVips(bytes, .heif, picture: picture, into: targets)
    case .success(let library?):
      try resample(into: targets) { () throws(PictureError) in
        (try HEIFPicture(bytes, library, name: picture), .upright)
      }
    case .failure(let error):
      throw .missingLibrary(picture: picture, library: "libheif", package: "libheif1", reason: error.description)
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
    let vips = try vips(for: picture)
    let bytes = format == .png ? try PNGChunks(bytes, picture: picture).withoutTexts(thinned) : bytes
    try resample(into: targets) { () throws(PictureError) in
      let image = try VipsPicture(bytes, format, vips, name: picture)
      return (image, image.orientation)
    }
  }

  /// Resamples the picture that `open` returns, whose rows are produced one after the other.
  private func resample<Producer: RowProducer>(
    into targets: [TargetTensor], open: () throws(PictureError) -> (Producer, Orientation)
  ) throws(PictureError) {
    let (producer, orientation) = try timed(.decoding, open)
    let size = producer.size
    self.size = size
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
      size = header.size
      let markers = JPEGMarkers(bytes)
      var conversion: ColourConversion?
      if let profile = markers.profile(in: bytes), !profile.isSRGB, profile.pixels == (header.isGrey ? .grey : .rgb) {
        conversion = self.conversion(by: profile)
        // libvips applies the profiles with tables of colours, and those of grey.
        if conversion == nil { return try readThroughVips(bytes, .jpeg, picture: picture, into: targets) }
      }
      guard header.isConvertible else { return try readThroughVips(bytes, .jpeg, picture: picture, into: targets) }
      let jpeg = JPEGPicture(
        bytes: bytes, size: header.size, markers: markers, conversion: conversion, name: picture)
      try decode(jpeg, with: decoder, into: targets)
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
    _ jpeg: JPEGPicture, with decoder: JPEGDecoder, into targets: [TargetTensor]
  ) throws(PictureError) {
    try DecodingLimits.check(jpeg.size, held: 0, picture: jpeg.name)
    let geometries = try targets.map { (target) throws(PictureError) in
      try ResamplingGeometry(jpeg.size, orientation: jpeg.markers.orientation, target: target)
    }
    let scales = geometries.map {
      $0.crop.isNearest || $0.crop.isLinear ? .full : JPEGScale($0.area, covering: $0.target)
    }
    for (first, scale) in scales.enumerated() where scales.firstIndex(of: scale) == first {
      let scaled = scale.applied(to: jpeg.size)
      let decoded = try timed(.decoding) { () throws(PictureError) in
        try decode(jpeg, to: scaled, with: decoder)
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
    _ jpeg: JPEGPicture, to scaled: PixelSize, with decoder: JPEGDecoder
  ) throws(PictureError) -> UnsafeMutableRawPointer {
    let (size, markers) = (jpeg.size, jpeg.markers)
    let held = markers.hasSeveralScans ? size : scaled
    try DecodingLimits.check(size, held: held.width * held.height, picture: jpeg.name)
    if markers.hasSeveralScans, size.width * size.height * markers.scans(in: jpeg.bytes) > DecodingLimits.scannedPixels
    {
      throw .unsupported(picture: jpeg.name, reason: "it has too many scans for its size")
    }
    let decoded = pixels.bytes(scaled.width * scaled.height * 3 + rowMargin)
    try decoder.decode(jpeg.bytes, markers: markers, to: decoded, size: scaled, picture: jpeg.name)
    // After scaling, a large picture has few pixels left to convert.
    jpeg.conversion?.apply(to: decoded, count: scaled.width * scaled.height)
    return decoded
  }

  /// Returns the conversion by a profile, which is often the same for many pictures.
  private func conversion(by profile: ColourProfile) -> ColourConversion? {
    if let last = lastConversion, last.profile == profile.bytes { return last.conversion }
    let conversion = profile.conversion()
    lastConversion = (profile.bytes, conversion)
    return conversion
  }

  private func vips(for picture: String) throws(PictureError) -> Vips {
    switch Vips.shared {
    case .success(let vips): return vips
    case .failure(let error):
      throw .missingLibrary(picture: picture, library: "libvips", package: Vips.package, reason: error.description)
    }
  }
}

/// A JPEG that libturbojpeg decodes.
private struct JPEGPicture {
  let bytes: UnsafeRawBufferPointer
  let size: PixelSize
  let markers: JPEGMarkers
  /// The conversion to sRGB, if its colours are others.
  let conversion: ColourConversion?
  let name: String
}
