#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads picture files into tensors of one size.
///
/// ```swift
/// let reader = try PictureReader(width: 224, height: 224)
/// let tensor = try reader.read(URL(filePath: "rose.jpg"))
/// ```
///
/// JPEG, PNG, WebP, BMP, GIF (its first frame), TIFF, HEIC and AVIF are read, told by their bytes and never by the
/// file's name. Pictures are turned upright as their EXIF orientation says. Grey, palette, CMYK and 16-bit pictures
/// become 8-bit RGB, and transparent ones are laid over white. An embedded colour profile is applied, except to a JPEG
/// in RGB or grey, whose pixels are taken as they are.
///
/// JPEG is decoded by libturbojpeg, at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size that covers the tensor (always
/// 1/1 for ``Resize/nearest``); BMP by this module; all other formats, and CMYK in JPEG, by libvips. Both libraries are
/// opened when the first picture needs them. A program that uses libvips itself finds its cache off, one thread, its
/// untrusted loaders blocked and its log silent from then on.
///
/// A picture may have 2^28 pixels, and 65535 along a side; 2^26 where it must be in memory as a whole, as it must for an
/// interlaced PNG, a progressive JPEG, WebP, GIF, HEIC and AVIF. Files may have 2^30 bytes. What claims more is refused
/// before memory is allocated for it.
///
/// A reader may be used from many threads at once. It keeps its decoders and working memory from call to call, so make
/// one and keep it; copies share them.
public struct PictureReader: Sendable {
  /// The width of every tensor, in pixels.
  public let width: Int
  /// The height of every tensor, in pixels.
  public let height: Int
  /// How pictures are brought to that size.
  public let resize: Resize

  private let workbenches = Pool { Workbench() }

  /// A reader for one size.
  ///
  /// - Throws: ``PictureError/impossibleSize(width:height:limit:)`` for sides that are not in 1...16384,
  ///   ``PictureError/impossibleCrop(fraction:)``.
  public init(width: Int, height: Int, resize: Resize = .crop) throws(PictureError) {
    let sides = 1...Limits.targetSide
    guard sides.contains(width), sides.contains(height) else {
      throw .impossibleSize(width: width, height: height, limit: Limits.targetSide)
    }
    if case .crop(let fraction) = resize, !(fraction > 0 && fraction <= 1) {
      throw .impossibleCrop(fraction: fraction)
    }
    self.width = width
    self.height = height
    self.resize = resize
  }

  /// The bytes of a tensor: `width * height * 3`.
  public var byteCount: Int { width * height * 3 }

  /// Reads a picture file.
  ///
  /// - Parameters:
  ///   - timing: Is told how long the steps take.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` says.
  /// - Throws: ``PictureError``, naming the file as the URL was given.
  public func read(
    _ url: URL, timing: PictureTiming? = nil, region: PictureRegion.Choice? = nil
  ) throws(PictureError) -> PixelTensor {
    try tensor { (pixels) throws(PictureError) in try read(url, into: pixels, timing: timing, region: region) }
  }

  /// Reads a picture file straight into a tensor's memory.
  ///
  /// - Parameters:
  ///   - destination: Exactly ``byteCount`` bytes. What they hold after an error is undefined.
  ///   - timing: Is told how long the steps take.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` says.
  /// - Throws: ``PictureError``, naming the file as the URL was given.
  public func read(
    _ url: URL, into destination: UnsafeMutableRawBufferPointer, timing: PictureTiming? = nil,
    region: PictureRegion.Choice? = nil
  ) throws(PictureError) {
    try read(url, onto: [canvas(destination, region)], timing: timing)
  }

  /// Reads a picture file once for several readers, each of which gives its tensor.
  ///
  /// The tensors are those that the readers give one by one. A JPEG is decoded once for each of the scales that they
  /// need, other formats once for all, or anew for each where the pixels are more than 2^26 bytes.
  ///
  /// - Parameters:
  ///   - readers: The readers.
  ///   - timing: Is told how long the steps take.
  /// - Returns: A tensor for each reader, in their order.
  /// - Throws: ``PictureError``, naming the file as the URL was given.
  public static func read(
    _ url: URL, by readers: [PictureReader], timing: PictureTiming? = nil
  ) throws(PictureError) -> [PixelTensor] {
    guard let first = readers.first else { return [] }
    let memory = Memory()
    var start = memory.bytes(readers.reduce(0) { $0 + $1.byteCount })
    var places: [UnsafeMutableRawBufferPointer] = []
    for reader in readers {
      places.append(UnsafeMutableRawBufferPointer(start: start, count: reader.byteCount))
      start += reader.byteCount
    }
    var canvases: [Canvas] = []
    for (reader, place) in zip(readers, places) { canvases.append(try reader.canvas(place, nil)) }
    try first.read(url, onto: canvases, timing: timing)
    return withExtendedLifetime(memory) {
      zip(readers, places).map { PixelTensor(width: $0.width, height: $0.height, checked: Array($1)) }
    }
  }

  /// Reads a picture from the bytes of its file.
  ///
  /// - Parameters:
  ///   - name: What errors call the picture.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` says.
  /// - Throws: ``PictureError``.
  public func read(
    _ bytes: UnsafeRawBufferPointer, named name: String = "the picture", region: PictureRegion.Choice? = nil
  ) throws(PictureError) -> PixelTensor {
    try tensor { (pixels) throws(PictureError) in try read(bytes, named: name, into: pixels, region: region) }
  }

  /// Reads a picture from the bytes of its file straight into a tensor's memory.
  ///
  /// - Parameters:
  ///   - name: What errors call the picture.
  ///   - destination: Exactly ``byteCount`` bytes. What they hold after an error is undefined.
  ///   - region: Chooses the part of the picture to read; by default ``resize`` says.
  /// - Throws: ``PictureError``.
  public func read(
    _ bytes: UnsafeRawBufferPointer, named name: String = "the picture",
    into destination: UnsafeMutableRawBufferPointer, region: PictureRegion.Choice? = nil
  ) throws(PictureError) {
    let canvas = try canvas(destination, region)
    try draw(timing: nil) { (workbench) throws(PictureError) in
      try workbench.read(bytes, picture: name, onto: [canvas])
    }
  }

  private func read(_ url: URL, onto canvases: [Canvas], timing: PictureTiming?) throws(PictureError) {
    let name = url.relativePath
    try draw(timing: timing) { (workbench) throws(PictureError) in
      let bytes = try workbench.timed(.reading) { () throws(PictureError) in
        try FileContents.read(url.path, named: name, into: workbench.file)
      }
      try workbench.read(bytes, picture: name, onto: canvases)
    }
  }

  private func canvas(
    _ destination: UnsafeMutableRawBufferPointer, _ region: PictureRegion.Choice?
  ) throws(PictureError) -> Canvas {
    guard let pixels = destination.baseAddress, destination.count == byteCount else {
      throw .wrongDestination(bytes: destination.count, needed: byteCount)
    }
    return Canvas(pixels: pixels, size: Size(width: width, height: height), resize: resize, region: region)
  }

  private func draw(
    timing: PictureTiming?, _ body: (Workbench) throws(PictureError) -> Void
  ) throws(PictureError) {
    try workbenches.use { (workbench) throws(PictureError) in
      workbench.timing = timing
      defer {
        workbench.timing = nil
        workbench.tidy()
      }
      try body(workbench)
    }
  }

  private func tensor(
    _ draw: (UnsafeMutableRawBufferPointer) throws(PictureError) -> Void
  ) throws(PictureError) -> PixelTensor {
    var pixels = [UInt8](repeating: 0, count: byteCount)
    try pixels.withUnsafeMutableBufferPointer { (pixels) throws(PictureError) in
      try draw(UnsafeMutableRawBufferPointer(pixels))
    }
    return PixelTensor(width: width, height: height, checked: pixels)
  }
}
