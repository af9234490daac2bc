import Foundation

@testable import Pictures

extension Harness {
  /// Reads a JPEG's segments and decodes the picture.
  static let jpeg = Harness("jpeg") { input in
    try input.withUnsafeBytes { bytes in
      let markers = JPEGMarkers(bytes)
      try agree((0...bytes.count).contains(markers.scanStart), "a scan starts outside the file")
      _ = markers.scans(in: bytes)
      _ = markers.hasEnd(in: bytes)
      if case .jpeg? = PictureFormat(bytes) { try decode(bytes) }
    }
  }

  /// Decodes a bitmap.
  static let bitmap = Harness("bitmap") { input in
    try input.withUnsafeBytes { bytes in if case .bmp? = PictureFormat(bytes) { try decode(bytes) } }
  }

  /// Decodes PNG, TIFF, GIF, WebP, HEIC and AVIF with libvips.
  static let vips = Harness("vips") { input in
    try input.withUnsafeBytes { bytes in
      switch PictureFormat(bytes) {
      case nil, .jpeg, .bmp: return
      default: try decode(bytes)
      }
    }
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer) throws {
    // A reader that has read other pictures before, and one that has not.
    let first = try? reader.get().read(bytes)
    let second = try? PictureReader(width: 16, height: 16).read(bytes)
    try agree(first?.pixels == second?.pixels, "a picture is decoded differently after others")
  }

  private static let reader = Result { try PictureReader(width: 16, height: 16) }
}
