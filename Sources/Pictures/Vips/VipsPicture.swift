import CVips

/// A picture that libvips decodes, row by row on request.
///
/// Grey, 16-bit and CMYK pictures become 8-bit RGB, by their embedded colour profile if they have one; transparency is
/// laid over white. The picture is not turned upright. Use it in one thread, and only while its bytes are valid.
final class VipsPicture: RowProducer {
  let size: PixelSize
  let orientation: Orientation
  private let vips: Vips
  private let name: String
  private var image: OpaquePointer?
  private var region: OpaquePointer?

  // Values of VipsBandFormat and VipsInterpretation.
  private enum Format {
    static let byte: Int32 = 0
    static let short: Int32 = 2
  }
  private enum Colours {
    static let cmyk: Int32 = 15
    static let rgb: Int32 = 22
    static let linear: Int32 = 28
  }

  /// Reads the header and checks the size, without decoding pixels.
  ///
  /// - Throws: ``PictureError``: corrupt, too large, or unsupported.
  init(_ bytes: UnsafeRawBufferPointer, _ format: PictureFormat, _ vips: Vips, name: String) throws(PictureError) {
    self.vips = vips
    self.name = name
    guard let start = bytes.baseAddress, let loader = vips.loader(format) else { throw .unknownFormat(picture: name) }
    var loaded: OpaquePointer?
    guard CVipsLoad(loader, start, bytes.count, &loaded) == 0, let loaded else {
      vips.closeThread()
      throw Self.failure(vips.words, name: name)
    }
    image = loaded
    size = PixelSize(width: Int(vips.width(loaded)), height: Int(vips.height(loaded)))
    orientation = Orientation(rawValue: Int(vips.orientation(loaded))) ?? .upright
    guard Int(vips.bands(loaded)) <= DecodingLimits.channels else {
      throw .unsupported(
        picture: name, reason: "it has \(vips.bands(loaded)) channels, and at most \(DecodingLimits.channels) are read")
    }
    try DecodingLimits.check(size, held: format.isStreamed(bytes) ? 0 : size.width * size.height, picture: name)
    try convert()
  }

  deinit {
    if let region { vips.release(region) }
    if let image { vips.release(image) }
    vips.closeThread()
  }

  /// Replaces the image by one made from it; returns whether that succeeded.
  private func replace(_ make: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32) -> Bool {
    var made: OpaquePointer?
    guard let image, make(image, &made) == 0, let made else { return false }
    vips.release(image)
    self.image = made
    return true
  }

  private func convert() throws(PictureError) {
    guard flatten(), applyProfile() || convertColours(), narrow(), let image, let region = vips.makeRegion(image)
    else { throw Self.failure(vips.words, name: name) }
    self.region = region
  }

  // Call this before colours are converted: only then does alpha have the depth of the colours.
  private func flatten() -> Bool {
    guard let image, vips.hasAlpha(image) != 0 else { return true }
    let opaque: Double
    switch vips.format(image) {
    case Format.byte: opaque = 255
    case Format.short: opaque = 65535
    default: opaque = vips.interpretation(image) == Colours.linear ? 1 : 255
    }
    let white = vips.interpretation(image) == Colours.cmyk ? 0 : opaque
    guard let background = withUnsafePointer(to: white, { vips.makeNumbers($0, 1) }) else { return false }
    defer { vips.releaseNumbers(background) }
    return replace { CVipsFlatten(vips.flatten, $0, background, opaque, $1) }
  }

  private func applyProfile() -> Bool {
    guard let image, hasUsableProfile(image), replace({ CVipsApplyProfile(vips.applyProfile, $0, $1) }) else {
      // The profile is damaged or belongs to another colour space.
      _ = vips.words
      return false
    }
    return true
  }

  private func hasUsableProfile(_ image: OpaquePointer) -> Bool {
    guard vips.typeOfField(image, Self.profileField) != 0 else { return false }
    var start: UnsafeRawPointer?
    var count = 0
    guard vips.readField(image, Self.profileField, &start, &count) == 0, let start, count > 0 else { return false }
    return ColourProfile(Array(UnsafeRawBufferPointer(start: start, count: count))) != nil
  }

  private static let profileField = "icc-profile-data"

  private func convertColours() -> Bool {
    replace { CVipsConvertColours(vips.convertColours, $0, Colours.rgb, $1) }
  }

  private func narrow() -> Bool {
    guard let image else { return false }
    if vips.bands(image) > 3 {
      guard replace({ CVipsTakeBands(vips.takeBands, $0, 0, 3, $1) }) else { return false }
    }
    return replace { CVipsCast(vips.cast, $0, Format.byte, $1) }
  }

  func produce(_ rows: Range<Int>, into ring: RowRing) throws(PictureError) {
    var count = 0
    let rowBytes = size.width * 3
    guard let region,
      let pixels = vips.fetch(
        region, 0, Int32(clamping: rows.lowerBound), Int32(clamping: size.width), Int32(clamping: rows.count), &count)
    else { throw Self.failure(vips.words, name: name) }
    defer { vips.free(pixels) }
    guard count == rows.count * rowBytes else {
      throw .unsupported(picture: name, reason: "its colour format is unknown")
    }
    for (i, row) in rows.enumerated() {
      ring.row(row).copyMemory(from: pixels + i * rowBytes, byteCount: rowBytes)
    }
  }

  private static func failure(_ words: String, name: String) -> PictureError {
    // The last text comes from a library that was built without the loader.
    let isUnsupported = ["nsupported", "not implemented", "no known route", "VipsOperation: class"].contains {
      words.contains($0)
    }
    return isUnsupported ? .unsupported(picture: name, reason: words) : .corrupt(picture: name, reason: words)
  }
}
