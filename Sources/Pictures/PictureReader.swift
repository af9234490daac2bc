#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A reader of picture files, and of pixels in memory, into tensors of one size.
///
/// ```swift
/// let reader = try PictureReader(width: 224, height: 224)
/// let tensor = try reader.read(URL(filePath: "rose.jpg"))
/// ```
///
/// JPEG, PNG, WebP, BMP, GIF (its first frame), TIFF, HEIC and AVIF are read, recognised by their bytes and not by the
/// file's name. Pictures are turned upright by their EXIF orientation. Grey, palette, CMYK and 16-bit pictures
/// become 8-bit RGB, and transparent ones are laid over white. Colours are those of sRGB: an embedded colour profile is
/// applied in all formats. A JPEG without one, or with that of sRGB, keeps its pixels unchanged.
///
/// A picture may have at most 16 channels. Compressed texts in a PNG are not expanded.
///
/// JPEG is decoded by libturbojpeg, at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size that covers the tensor (always
/// 1/1 for ``Resize/nearest``); BMP by this module; all other formats, and CMYK and rare profiles in JPEG, by libvips.
/// Both libraries are opened when the first picture needs them. From then on, for the whole process, libvips has no cache,
/// one thread, no untrusted loaders and no log.
///
/// A picture may have at most 2^28 pixels, and 65535 along a side; at most 2^26 pixels if the decoder must hold all of
/// them in memory, as for an interlaced PNG, a progressive JPEG, WebP, GIF, HEIC and AVIF. Files may have at most 2^30
/// bytes. Larger ones are refused before memory is allocated for them.
///
/// A reader may be used from many threads at once. It keeps its decoders and buffers from call to call, so make one
/// and keep it; copies share them.
public struct PictureReader: Sendable {
  /// The width of every tensor, in pixels.
  public let width: Int
  /// The height of every tensor, in pixels.
  public let height: Int
  /// The way to scale pictures to that size.
  public let resize: Resize

  private let decoders = DecoderPool()

  /// Makes a reader for tensors of one size.
  ///
  /// - Throws: ``PictureError/impossibleSize(width:height:limit:)`` for sides outside 1...16384,
  ///   ``PictureError/impossibleCrop(fraction:)``.
  public init(width: Int, height: Int, resize: Resize = .crop) throws(PictureError) {
    let sides = 1...DecodingLimits.targetSide
    guard sides.contains(width), sides.contains(height) else {
      throw .impossibleSize(width: width, height: height, limit: DecodingLimits.targetSide)
    }
    if case .crop(let fraction) = resize, !(fraction > 0 && fraction <= 1) {
      throw .impossibleCrop(fraction: fraction)
    }
    self.width = width
    self.height = height
    self.resize = resize
  }

  /// The number of bytes of a tensor: `width * height * 3`.
  public var byteCount: Int { width * height * 3 }

  /// Reads a picture file.
  ///
  /// - Parameters:
  ///   - timing: Receives the time of each step.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` does.
  /// - Throws: ``PictureError``, naming the file by the URL's relative path.
  public func read(
    _ url: URL, timing: PictureTiming? = nil, region: PictureRegion.Choice? = nil
  ) throws(PictureError) -> PixelTensor {
    try tensor { (pixels) throws(PictureError) in try read(url, into: pixels, timing: timing, region: region) }
  }

  /// Reads a picture file into a tensor's memory.
  ///
  /// - Parameters:
  ///   - destination: Exactly ``byteCount`` bytes. Their content after an error is undefined.
  ///   - timing: Receives the time of each step.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` does.
  ///   - view: Turns the picture before the part is chosen, and takes a window of it.
  /// - Throws: ``PictureError``, naming the file by the URL's relative path.
  public func read(
    _ url: URL, into destination: UnsafeMutableRawBufferPointer, timing: PictureTiming? = nil,
    region: PictureRegion.Choice? = nil, view: PictureView = .whole
  ) throws(PictureError) {
    try read(url, into: [target(destination, region, view)], timing: timing)
  }

  /// Reads a picture file once for several readers.
  ///
  /// The tensors are the same as if each reader read the file. A JPEG is decoded once for each scale that the readers
  /// need, other formats once for all, or once for each reader if the pixels take more than 2^26 bytes.
  ///
  /// - Parameter timing: Receives the time of each step.
  /// - Returns: A tensor for each reader, in their order.
  /// - Throws: ``PictureError``, naming the file by the URL's relative path.
  public static func read(
    _ url: URL, by readers: [PictureReader], timing: PictureTiming? = nil
  ) throws(PictureError) -> [PixelTensor] {
    guard let first = readers.first else { return [] }
    return try tensors(of: readers) { (targets) throws(PictureError) in
      try first.read(url, into: targets, timing: timing)
    }
  }

  /// Reads a picture from the bytes of its file.
  ///
  /// - Parameters:
  ///   - name: The name of the picture in errors.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` does.
  /// - Throws: ``PictureError``.
  public func read(
    _ bytes: UnsafeRawBufferPointer, named name: String = "the picture", region: PictureRegion.Choice? = nil
  ) throws(PictureError) -> PixelTensor {
    try tensor { (pixels) throws(PictureError) in try read(bytes, named: name, into: pixels, region: region) }
  }

  /// Reads a picture from the bytes of its file into a tensor's memory.
  ///
  /// - Parameters:
  ///   - name: The name of the picture in errors.
  ///   - destination: Exactly ``byteCount`` bytes. Their content after an error is undefined.
  ///   - timing: Receives the time of each step.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` does.
  ///   - view: Turns the picture before the part is chosen, and takes a window of it.
  /// - Throws: ``PictureError``.
  public func read(
    _ bytes: UnsafeRawBufferPointer, named name: String = "the picture",
    into destination: UnsafeMutableRawBufferPointer, timing: PictureTiming? = nil,
    region: PictureRegion.Choice? = nil, view: PictureView = .whole
  ) throws(PictureError) {
    let target = try target(destination, region, view)
    try withDecoder(timing: timing) { (decoder) throws(PictureError) in
      try decoder.decode(bytes, picture: name, into: [target])
    }
  }

  /// Reads a picture once from the bytes of its file, for several readers.
  ///
  /// - Parameters:
  ///   - name: The name of the picture in errors.
  ///   - timing: Receives the time of each step.
  /// - Returns: A tensor for each reader, in their order.
  /// - Throws: ``PictureError``.
  public static func read(
    _ bytes: UnsafeRawBufferPointer, named name: String = "the picture", by readers: [PictureReader],
    timing: PictureTiming? = nil
  ) throws(PictureError) -> [PixelTensor] {
    guard let first = readers.first else { return [] }
    return try tensors(of: readers) { (targets) throws(PictureError) in
      try first.withDecoder(timing: timing) { (decoder) throws(PictureError) in
        try decoder.decode(bytes, picture: name, into: targets)
      }
    }
  }

  /// Scales pixels in memory to a tensor.
  ///
  /// The tensor is the same as if the pixels had been read from a lossless file.
  ///
  /// - Parameters:
  ///   - timing: Receives the time of each step.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` does.
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  public func read(
    _ pixels: PixelBuffer, timing: PictureTiming? = nil, region: PictureRegion.Choice? = nil
  ) throws(PictureError) -> PixelTensor {
    try tensor { (bytes) throws(PictureError) in try read(pixels, into: bytes, timing: timing, region: region) }
  }

  /// Scales pixels in memory into a tensor's memory.
  ///
  /// - Parameters:
  ///   - destination: Exactly ``byteCount`` bytes. Their content after an error is undefined.
  ///   - timing: Receives the time of each step.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` does.
  ///   - view: Turns the picture before the part is chosen, and takes a window of it.
  /// - Throws: ``PictureError/impossibleRegion(_:)``, ``PictureError/wrongDestination(bytes:needed:)``.
  public func read(
    _ pixels: PixelBuffer, into destination: UnsafeMutableRawBufferPointer, timing: PictureTiming? = nil,
    region: PictureRegion.Choice? = nil, view: PictureView = .whole
  ) throws(PictureError) {
    let target = try target(destination, region, view)
    try withDecoder(timing: timing) { (decoder) throws(PictureError) in
      try decoder.resample(pixels, into: [target])
    }
  }

  /// Scales pixels in memory to the tensors of several readers.
  ///
  /// - Parameter timing: Receives the time of each step.
  /// - Returns: A tensor for each reader, in their order.
  public static func read(
    _ pixels: PixelBuffer, by readers: [PictureReader], timing: PictureTiming? = nil
  ) throws(PictureError) -> [PixelTensor] {
    guard let first = readers.first else { return [] }
    return try tensors(of: readers) { (targets) throws(PictureError) in
      try first.withDecoder(timing: timing) { (decoder) throws(PictureError) in
        try decoder.resample(pixels, into: targets)
      }
    }
  }

  private func read(
    _ url: URL, into targets: [TargetTensor], timing: PictureTiming?, found: ((PictureIdentity) -> Void)? = nil
  ) throws(PictureError) {
    let name = url.relativePath
    try withDecoder(timing: timing) { (decoder) throws(PictureError) in
      let bytes = try decoder.timed(.reading) { () throws(PictureError) in
        try FileContents.read(url.path, named: name, into: decoder.file)
      }
      try decoder.decode(bytes, picture: name, into: targets)
      if let found, let identity = PictureIdentity(bytes, decoder.size) { found(identity) }
    }
  }

  /// Reads a picture file into a tensor's memory, and identifies it by the bytes that were decoded.
  ///
  /// - Parameter found: Called once with what identifies the picture, unless it cannot be read.
  /// - Throws: As ``read(_:into:timing:region:view:)-(URL,_,_,_,_)`` does.
  package func read(
    _ url: URL, into destination: UnsafeMutableRawBufferPointer, timing: PictureTiming?, view: PictureView,
    found: (PictureIdentity) -> Void
  ) throws(PictureError) {
    try withoutActuallyEscaping(found) { (found) throws(PictureError) in
      try read(url, into: [target(destination, nil, view)], timing: timing, found: found)
    }
  }

  /// Reads a picture file once for several readers, and identifies it by the bytes that were decoded.
  ///
  /// - Parameter found: Called once with what identifies the picture, unless it cannot be read.
  /// - Throws: As ``read(_:by:timing:)-(URL,_,_)`` does.
  package static func read(
    _ url: URL, by readers: [PictureReader], timing: PictureTiming?, found: (PictureIdentity) -> Void
  ) throws(PictureError) -> [PixelTensor] {
    guard let first = readers.first else { return [] }
    return try withoutActuallyEscaping(found) { (found) throws(PictureError) in
      try tensors(of: readers) { (targets) throws(PictureError) in
        try first.read(url, into: targets, timing: timing, found: found)
      }
    }
  }

  /// Reads a picture from the bytes of its file into a tensor's memory, and identifies it by these bytes.
  ///
  /// - Parameter found: Called once with what identifies the picture, unless it cannot be read.
  /// - Throws: As ``read(_:named:into:timing:region:view:)`` does.
  package func read(
    _ bytes: UnsafeRawBufferPointer, named name: String, into destination: UnsafeMutableRawBufferPointer,
    timing: PictureTiming?, found: (PictureIdentity) -> Void
  ) throws(PictureError) {
    let target = try target(destination, nil)
    try withDecoder(timing: timing) { (decoder) throws(PictureError) in
      try decoder.decode(bytes, picture: name, into: [target])
      if let identity = PictureIdentity(bytes, decoder.size) { found(identity) }
    }
  }

  /// Reads a picture once from the bytes of its file, for several readers, and identifies it by these bytes.
  ///
  /// - Parameter found: Called once with what identifies the picture, unless it cannot be read.
  /// - Throws: As ``read(_:named:by:timing:)`` does.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, named name: String, by readers: [PictureReader], timing: PictureTiming?,
    found: (PictureIdentity) -> Void
  ) throws(PictureError) -> [PixelTensor] {
    guard let first = readers.first else { return [] }
    return try tensors(of: readers) { (targets) throws(PictureError) in
      try first.withDecoder(timing: timing) { (decoder) throws(PictureError) in
        try decoder.decode(bytes, picture: name, into: targets)
        if let identity = PictureIdentity(bytes, decoder.size) { found(identity) }
      }
    }
  }

  private func target(
    _ destination: UnsafeMutableRawBufferPointer, _ region: PictureRegion.Choice?, _ view: PictureView = .whole
  ) throws(PictureError) -> TargetTensor {
    guard let pixels = destination.baseAddress, destination.count == byteCount else {
      throw .wrongDestination(bytes: destination.count, needed: byteCount)
    }
    return TargetTensor(
      pixels: pixels, size: PixelSize(width: width, height: height), resize: resize, region: region,
      view: view)
  }

  private func withDecoder(
    timing: PictureTiming?, _ body: (PictureDecoder) throws(PictureError) -> Void
  ) throws(PictureError) {
    try decoders.use { (decoder) throws(PictureError) in
      decoder.timing = timing
      defer {
        decoder.timing = nil
        decoder.tidy()
      }
      try body(decoder)
    }
  }

  private func tensor(
    _ write: (UnsafeMutableRawBufferPointer) throws(PictureError) -> Void
  ) throws(PictureError) -> PixelTensor {
    var pixels = [UInt8](repeating: 0, count: byteCount)
    try pixels.withUnsafeMutableBufferPointer { (pixels) throws(PictureError) in
      try write(UnsafeMutableRawBufferPointer(pixels))
    }
    return PixelTensor(width: width, height: height, checked: pixels)
  }

  /// Returns a tensor for each reader, after `write` has filled their memory.
  private static func tensors(
    of readers: [PictureReader], _ write: ([TargetTensor]) throws(PictureError) -> Void
  ) throws(PictureError) -> [PixelTensor] {
    let buffer = ReusableBuffer()
    var start = buffer.bytes(readers.reduce(0) { $0 + $1.byteCount })
    var places: [UnsafeMutableRawBufferPointer] = []
    for reader in readers {
      places.append(UnsafeMutableRawBufferPointer(start: start, count: reader.byteCount))
      start += reader.byteCount
    }
    var targets: [TargetTensor] = []
    for (reader, place) in zip(readers, places) { targets.append(try reader.target(place, nil)) }
    try write(targets)
    return withExtendedLifetime(buffer) {
      zip(readers, places).map { PixelTensor(width: $0.width, height: $0.height, checked: Array($1)) }
    }
  }
}

/// A receiver of the times that the steps of reading a picture take.
///
/// Without one, a reader measures no time.
public struct PictureTiming: Sendable {
  /// A step of reading a picture.
  public enum Step: Sendable, Hashable {
    /// Reading the bytes of a file.
    case reading
    /// Decoding them to pixels, at the scale of the decoder.
    case decoding
    /// Scaling the pixels to the tensor's size and turning them upright.
    case resizing
  }

  let spent: @Sendable (Step, Duration) -> Void

  /// Makes a receiver.
  ///
  /// - Parameter spent: A function that is called with a step and its time, on the thread that reads; several times for
  ///   a picture if a step has several parts.
  public init(_ spent: @escaping @Sendable (_ step: Step, _ time: Duration) -> Void) { self.spent = spent }
}
