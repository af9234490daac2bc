import CHEIF
import Platform

/// The functions of libheif, opened when the first HEIC is read, where an environment variable names the library.
///
/// libvips decodes HEIC itself if it was built for that. Python's package of it was not, and its users have libheif from
/// another package.
struct HEIF: Sendable {
  /// The environment variable with the path of libheif; before it, separated by colons, those of the libraries that it needs.
  static let variable = "IMPRINT_HEIF"

  /// The library, nil where none is named, or the reason why it cannot be used.
  static let shared = Result<HEIF?, SharedLibraryError> { () throws(SharedLibraryError) in
    let named = EnvironmentVariable.value(variable) ?? ""
    return named.isEmpty ? nil : try HEIF(named.split(separator: ":").map(String.init))
  }

  let makeContext: CHEIFMakeContext
  let freeContext: CHEIFFreeContext
  let read: CHEIFRead
  let primary: CHEIFPrimary
  let releaseHandle: CHEIFReleaseHandle
  let width: CHEIFNumber
  let height: CHEIFNumber
  let hasAlpha: CHEIFNumber
  let profileSize: CHEIFProfileSize
  let profile: CHEIFProfile
  let decode: CHEIFDecode
  let releaseImage: CHEIFReleaseImage
  let imageWidth: CHEIFSide
  let imageHeight: CHEIFSide
  let plane: CHEIFPlane

  private init(_ paths: [String]) throws(SharedLibraryError) {
    var opened: SharedLibrary?
    for path in paths { opened = try SharedLibrary(path: path) }
    guard let library = opened else { throw .cannotOpen(path: "libheif", reason: "no path was given") }
    func function<Function>(_ name: String) throws(SharedLibraryError) -> Function {
      try library.function(name, as: Function.self)
    }
    makeContext = try function("heif_context_alloc")
    freeContext = try function("heif_context_free")
    read = try function("heif_context_read_from_memory_without_copy")
    primary = try function("heif_context_get_primary_image_handle")
    releaseHandle = try function("heif_image_handle_release")
    width = try function("heif_image_handle_get_width")
    height = try function("heif_image_handle_get_height")
    hasAlpha = try function("heif_image_handle_has_alpha_channel")
    profileSize = try function("heif_image_handle_get_raw_color_profile_size")
    profile = try function("heif_image_handle_get_raw_color_profile")
    decode = try function("heif_decode_image")
    releaseImage = try function("heif_image_release")
    imageWidth = try function("heif_image_get_width")
    imageHeight = try function("heif_image_get_height")
    plane = try function("heif_image_get_plane_readonly")
  }

  /// Returns whether a file is HEIC, which libheif is for, and not AVIF, which libvips always decodes.
  static func isHEIC(_ bytes: UnsafeRawBufferPointer) -> Bool {
    !["avif", "avis"].contains { bytes.dropFirst(8).starts(with: Array($0.utf8)) }
  }
}
