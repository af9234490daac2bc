import Foundation
import Pictures

/// A small picture file in one of the formats that are read.
///
/// Where nothing else is said, it is 16x12 and shows ``Reference``, in colours or grey; alpha is that of
/// ``Reference/alpha(_:_:)``. The files were written by Pillow, libvips and zlib.
struct Fixture: Sendable {
  let bytes: [UInt8]

  init(_ base64: String) { bytes = Data(base64Encoded: base64).map(Array.init) ?? [] }

  /// Reads the picture's pixels one to one.
  func read(width: Int = Reference.width, height: Int = Reference.height) throws -> PixelTensor {
    try bytes.read(width: width, height: height, .nearest)
  }
}

extension [UInt8] {
  /// Reads the picture that these are the file's bytes of.
  func read(width: Int, height: Int, _ resize: Resize) throws -> PixelTensor {
    let reader = try PictureReader(width: width, height: height, resize: resize)
    return try withUnsafeBytes { try reader.read($0) }
  }
}
