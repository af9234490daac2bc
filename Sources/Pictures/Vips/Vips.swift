import CVips
import Platform

/// The functions of libvips, opened when the first picture needs it.
///
/// The library's settings apply to the whole process: its cache is off, it runs in the caller's thread, and loaders that
/// are not safe for untrusted files are blocked.
struct Vips: @unchecked Sendable {
  /// Debian's package of the library.
  static let package = "libvips42"

  /// The library, or the reason why it cannot be used.
  static let shared = Result<Vips, SharedLibraryError> { () throws(SharedLibraryError) in try Vips() }

  typealias Image = OpaquePointer

  let width: @convention(c) (Image) -> Int32
  let height: @convention(c) (Image) -> Int32
  let bands: @convention(c) (Image) -> Int32
  let format: @convention(c) (Image) -> Int32
  let interpretation: @convention(c) (Image) -> Int32
  let hasAlpha: @convention(c) (Image) -> Int32
  let orientation: @convention(c) (Image) -> Int32
  let typeOfField: @convention(c) (Image, UnsafePointer<CChar>) -> UInt
  let readField:
    @convention(c) (
      Image, UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeRawPointer?>, UnsafeMutablePointer<Int>
    ) -> Int32
  let makeRegion: @convention(c) (Image) -> OpaquePointer?
  let fetch:
    @convention(c) (OpaquePointer, Int32, Int32, Int32, Int32, UnsafeMutablePointer<Int>?) -> UnsafeMutableRawPointer?
  let makeNumbers: @convention(c) (UnsafePointer<Double>, Int32) -> OpaquePointer?
  let releaseNumbers: @convention(c) (OpaquePointer) -> Void
  let release: @convention(c) (OpaquePointer) -> Void
  let free: @convention(c) (UnsafeMutableRawPointer) -> Void
  let closeThread: @convention(c) () -> Void
  private let copyWords: @convention(c) () -> UnsafeMutablePointer<CChar>?

  // Variadic functions, for CVips.
  let flatten: UnsafeRawPointer
  let applyProfile: UnsafeRawPointer
  let convertColours: UnsafeRawPointer
  let cast: UnsafeRawPointer
  let takeBands: UnsafeRawPointer
  private let loaders: [PictureFormat: UnsafeRawPointer]

  private init() throws(SharedLibraryError) {
    let library = try SharedLibrary("vips", version: 42, variable: "IMPRINT_VIPS")
    func function<Function>(_ name: String) throws(SharedLibraryError) -> Function {
      try library.function(name, as: Function.self)
    }
    width = try function("vips_image_get_width")
    height = try function("vips_image_get_height")
    bands = try function("vips_image_get_bands")
    format = try function("vips_image_get_format")
    interpretation = try function("vips_image_get_interpretation")
    hasAlpha = try function("vips_image_hasalpha")
    orientation = try function("vips_image_get_orientation")
    typeOfField = try function("vips_image_get_typeof")
    readField = try function("vips_image_get_blob")
    makeRegion = try function("vips_region_new")
    fetch = try function("vips_region_fetch")
    makeNumbers = try function("vips_array_double_new")
    releaseNumbers = try function("vips_area_unref")
    release = try function("g_object_unref")
    free = try function("g_free")
    closeThread = try function("vips_thread_shutdown")
    copyWords = try function("vips_error_buffer_copy")
    flatten = try function("vips_flatten")
    applyProfile = try function("vips_icc_transform")
    convertColours = try function("vips_colourspace")
    cast = try function("vips_cast")
    takeBands = try function("vips_extract_band")
    loaders = [
      .jpeg: try function("vips_jpegload_buffer"), .png: try function("vips_pngload_buffer"),
      .webP: try function("vips_webpload_buffer"), .gif: try function("vips_gifload_buffer"),
      .tiff: try function("vips_tiffload_buffer"), .heif: try function("vips_heifload_buffer"),
    ]

    let start: @convention(c) (UnsafePointer<CChar>) -> Int32 = try function("vips_init")
    guard start("imprint") == 0 else {
      throw .cannotOpen(path: library.path, reason: Self.words(copyWords, free))
    }
    try Self.restrain(library)
  }

  /// Turns off threads, the cache, unsafe loaders and logging.
  private static func restrain(_ library: SharedLibrary) throws(SharedLibraryError) {
    typealias Setting = @convention(c) (Int32) -> Void
    try library.function("vips_concurrency_set", as: Setting.self)(1)
    try library.function("vips_cache_set_max", as: Setting.self)(0)
    // Older libraries lack this function. They are safe too, because this module calls loaders only by name.
    if let block = try? library.function("vips_block_untrusted_set", as: Setting.self) { block(1) }

    // The messages of the library become part of an error and must not reach the terminal.
    typealias Listener =
      @convention(c) (UnsafePointer<CChar>?, UInt32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void
    typealias Listen = @convention(c) (UnsafePointer<CChar>, UInt32, Listener, UnsafeMutableRawPointer?) -> UInt32
    let everyLevel: UInt32 = 0xFC
    _ = try library.function("g_log_set_handler", as: Listen.self)("VIPS", everyLevel, { _, _, _, _ in }, nil)
  }

  /// Returns the loader of a format, for ``CVipsLoad(_:_:_:_:)``; `nil` for a format that it does not load.
  func loader(_ format: PictureFormat) -> UnsafeRawPointer? { loaders[format] }

  /// The library's last error message, on one line. Reading it clears it.
  var words: String { Self.words(copyWords, free) }

  private static func words(
    _ copy: @convention(c) () -> UnsafeMutablePointer<CChar>?, _ free: @convention(c) (UnsafeMutableRawPointer) -> Void
  ) -> String {
    guard let text = copy() else { return "libvips gives no reason" }
    defer { free(text) }
    let lines = String(cString: text).split(whereSeparator: \.isNewline)
    return lines.isEmpty ? "libvips gives no reason" : lines.prefix(3).joined(separator: "; ")
  }
}
