public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why a picture cannot be read.
///
/// `picture` is the path of the file as the caller passed it, or the name that the caller gave to bytes.
public struct PictureError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case unreadable, notAFile, empty, unknownFormat, corrupt, unsupported, tooLarge, tooManyBytes, missingLibrary
    case impossibleSize, impossibleCrop, impossibleRegion, impossiblePixels, wrongDestination
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The file cannot be opened or read; `reason` is the system's message.
  public static func unreadable(picture: String, reason: String) -> Self {
    Self(code: .unreadable, message: "\(picture) cannot be read: \(reason)", remedy: nil)
  }

  /// The path leads to a folder, a device or a pipe.
  public static func notAFile(picture: String) -> Self {
    Self(code: .notAFile, message: "\(picture) is not a file", remedy: "a picture file is needed here")
  }

  /// The file has no bytes.
  public static func empty(picture: String) -> Self {
    Self(code: .empty, message: "\(picture) is empty", remedy: nil)
  }

  /// The bytes are in no picture format that can be read.
  public static func unknownFormat(picture: String) -> Self {
    Self(
      code: .unknownFormat, message: "\(picture) is not a picture in a known format",
      remedy: "\(PictureFormat.names) can be read, whatever the name of the file")
  }

  /// The bytes end too early or contradict themselves; `reason` is the decoder's message.
  public static func corrupt(picture: String, reason: String) -> Self {
    Self(code: .corrupt, message: "\(picture) is damaged: \(reason)", remedy: nil)
  }

  /// The picture is valid but of a kind that cannot be read.
  public static func unsupported(picture: String, reason: String, remedy: String? = nil) -> Self {
    Self(code: .unsupported, message: "\(picture) cannot be read: \(reason)", remedy: remedy)
  }

  /// The picture has more pixels than this module decodes; no memory was allocated for them.
  public static func tooLarge(picture: String, width: Int, height: Int, limit: Int) -> Self {
    Self(
      code: .tooLarge,
      message: """
        \(picture) is \(width)x\(height): at most \(limit) pixels, and \(DecodingLimits.side) along a side, are decoded
        """,
      remedy: "make it smaller")
  }

  /// The file is larger than this module reads; no memory was allocated for it.
  public static func tooManyBytes(picture: String, bytes: Int, limit: Int) -> Self {
    Self(
      code: .tooManyBytes, message: "\(picture) has \(bytes) bytes: at most \(limit) are read",
      remedy: "make it smaller")
  }

  /// The library for this format cannot be used; `package` is Debian's package of it.
  public static func missingLibrary(picture: String, library: String, package: String, reason: String) -> Self {
    Self(
      code: .missingLibrary, message: "\(picture) needs \(library), which is not installed (\(reason))",
      remedy: "on Debian and Ubuntu: apt-get install \(package)")
  }

  /// A tensor cannot have this size: each side must be from 1 to `limit`.
  public static func impossibleSize(width: Int, height: Int, limit: Int) -> Self {
    Self(
      code: .impossibleSize, message: "a tensor of \(width)x\(height) pixels cannot be made",
      remedy: "each side must be from 1 to \(limit)")
  }

  /// The fraction of a ``Resize/crop(fraction:)`` is not greater than 0 and at most 1.
  public static func impossibleCrop(fraction: Double) -> Self {
    Self(
      code: .impossibleCrop, message: "a crop of \(fraction) cannot be made",
      remedy: "the fraction must be greater than 0 and at most 1")
  }

  /// A ``PictureRegion`` is empty, or is not within the picture.
  public static func impossibleRegion(_ region: PictureRegion) -> Self {
    Self(
      code: .impossibleRegion, message: "the region \(region) of a picture cannot be read",
      remedy: "it must have an area and lie within 0...1")
  }

  /// The numbers of a ``PixelBuffer`` contradict each other or its bytes.
  public static func impossiblePixels(reason: String) -> Self {
    Self(code: .impossiblePixels, message: "the pixel buffer cannot be used: \(reason)", remedy: nil)
  }

  /// The memory for the pixels does not have the tensor's size.
  public static func wrongDestination(bytes: Int, needed: Int) -> Self {
    Self(
      code: .wrongDestination, message: "the memory for the pixels has \(bytes) bytes where \(needed) are needed",
      remedy: nil)
  }
}
