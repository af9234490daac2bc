import Foundation
import Testing

@testable import Pictures

/// A small picture file in one of the formats that can be read.
///
/// Unless stated otherwise, it is 16x12 and shows ``Reference``, in colour or grey; alpha is that of
/// ``Reference/alpha(_:_:)``. The files were written by Pillow, libvips and zlib.
struct Fixture: Sendable {
  let bytes: [UInt8]

  init(_ base64: String) { bytes = Data(base64Encoded: base64).map(Array.init) ?? [] }

  /// Reads the pixels one to one.
  func read(width: Int = Reference.width, height: Int = Reference.height) throws -> PixelTensor {
    try bytes.read(width: width, height: height, .nearest)
  }
}

extension [UInt8] {
  /// Reads a picture from the bytes of its file.
  func read(width: Int, height: Int, _ resize: Resize) throws -> PixelTensor {
    let reader = try PictureReader(width: width, height: height, resize: resize)
    return try withUnsafeBytes { try reader.read($0) }
  }
}

/// The JPEG fixture with an EXIF segment that holds an orientation.
enum OrientedJPEG {
  static func bytes(_ orientation: Int, bigEndian: Bool = true, long: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return bigEndian ? bytes.reversed() : bytes
    }
    var exif = Array("Exif".utf8) + [0, 0] + Array((bigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4)
    exif += number(2, 2)
    exif += number(0x010F, 2) + number(2, 2) + number(4, 4) + [65, 66, 67, 0]
    exif += number(0x0112, 2) + number(long ? 4 : 3, 2) + number(1, 4)
    exif += long ? number(orientation, 4) : number(orientation, 2) + [0, 0]
    exif += number(0, 4)
    let length = exif.count + 2
    let segment = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif
    return Array(Fixture.jpeg.bytes[..<2]) + segment + Array(Fixture.jpeg.bytes[2...])
  }
}

/// The decoding libraries of this machine.
enum Libraries {
  static let hasTurboJPEG = if case .success = TurboJPEG.shared { true } else { false }
  static let hasVips = if case .success = Vips.shared { true } else { false }

  static let turboJPEGNeed: Comment = "needs libturbojpeg (Debian's libturbojpeg0)"
  static let vipsNeed: Comment = "needs libvips (Debian's libvips42)"
}
