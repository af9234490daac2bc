import CImprint
import Inference
import ModelSurgery
import Platform
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension PixelBuffer {
  /// Copies a picture of the caller.
  ///
  /// - Throws: ``InvalidArgument``, and `PictureError` for numbers that contradict each other.
  init(_ picture: imprint_pixels) throws {
    let format: Format
    switch picture.format {
    case IMPRINT_RGB: format = .rgb
    case IMPRINT_BGR: format = .bgr
    case IMPRINT_RGBA: format = .rgba
    case IMPRINT_BGRA: format = .bgra
    case IMPRINT_GREY: format = .grey
    default: throw InvalidArgument("there is no pixel format \(picture.format.rawValue)")
    }
    let start = try required(picture.pixels, "pixels")
    let (width, height) = (Int(picture.width), Int(picture.height))
    // The sizes are checked before so many bytes are read.
    guard (1...0xFFFF).contains(width), (1...0xFFFF).contains(height), width * height <= 1 << 28 else {
      throw PictureError.impossiblePixels(
        reason: "the width and height must be from 1 to 65535 with at most 2^28 pixels, not \(width)x\(height)")
    }
    let rowBytes = width * format.bytesPerPixel
    let stride = picture.bytes_per_row == 0 ? rowBytes : picture.bytes_per_row
    guard (rowBytes...(1 << 40)).contains(stride) else {
      throw PictureError.impossiblePixels(
        reason: "a row of \(width) \(format) pixels takes \(rowBytes) bytes, and bytes_per_row is \(stride)")
    }
    var bytes: [UInt8]
    if stride == rowBytes {
      bytes = Array(UnsafeBufferPointer(start: start, count: rowBytes * height))
    } else {
      bytes = []
      bytes.reserveCapacity(rowBytes * height)
      for row in 0..<height {
        bytes.append(contentsOf: UnsafeBufferPointer(start: start + row * stride, count: rowBytes))
      }
    }
    try self.init(width: width, height: height, format: format, bytes: bytes)
  }

  /// Copies the pictures of the caller.
  static func all(_ pictures: UnsafePointer<imprint_pixels>?, count: Int) throws -> [PixelBuffer] {
    guard count > 0 else { return [] }
    let list = try required(pictures, "pictures")
    return try (0..<count).map { place in
      do {
        return try PixelBuffer(list[place])
      } catch let error as PictureError {
        throw LocatedError(path: "picture \(place + 1)", error: error)
      }
    }
  }
}

/// Copies the bytes of the caller's picture files.
func encoded(_ pictures: UnsafePointer<imprint_encoded>?, count: Int) throws -> [Bytes] {
  guard count > 0 else { return [] }
  let list = try required(pictures, "pictures")
  return try (0..<count).map { try copied(list[$0].bytes, size: list[$0].size) }
}

/// Returns the pictures in the bytes of the caller's files, each named by its number, from 1, and identified by its bytes.
func encodedSource(_ pictures: UnsafePointer<imprint_encoded>?, count: Int) throws -> PictureSource {
  .items(
    try encoded(pictures, count: count).enumerated().map { place, bytes in
      PictureItem(name: "\(place + 1)", .encoded(bytes), isIdentified: true)
    })
}

/// Returns the files of the caller.
func files(_ paths: UnsafePointer<UnsafePointer<CChar>?>?, count: Int) throws -> [URL] {
  try texts(paths, count: count, "paths").map { path in
    guard !path.isEmpty else { throw InvalidArgument("a path is empty") }
    return URL(filePath: path)
  }
}

/// Opens something, and adds the path to an error whose message does not name it.
func naming<Value>(_ path: String?, _ open: () throws -> Value) throws -> Value {
  do {
    return try open()
  } catch let error as any DescribedError {
    guard let path, !error.message.contains(path), error.identifier != "LiteRTError.runtimeNotFound" else {
      throw error
    }
    throw LocatedError(path: path, error: error)
  }
}
