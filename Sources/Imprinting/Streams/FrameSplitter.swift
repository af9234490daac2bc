public import Pictures
import TFLite

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Cuts a stream of bytes into frames.
public protocol FrameSplitter: Sendable {
  /// Takes the next bytes of the stream, and returns the frames that they complete.
  mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Frame.Content]

  /// The number of bytes so far that belong to no whole frame: before, between and after frames, and in damaged ones.
  /// The bytes of an unfinished frame count when the stream is at its end.
  var strayBytes: Int { get }

  /// The number of bytes of the unfinished frame.
  var unfinishedBytes: Int { get }

  /// Why no frame of the stream can be taken, in words; nil where that is not so.
  var refusal: String? { get }
}

extension FrameSplitter {
  public var refusal: String? { nil }
}

/// Cuts concatenated JPEG pictures apart: MJPEG with or without text between the pictures, as of a camera with HTTP.
///
/// It follows the markers of a picture, so a thumbnail in one is no picture of its own. A picture that is damaged or
/// cut off by the beginning of the next is passed over.
///
/// - Complexity: Linear in the bytes of the stream, whatever they are.
public struct JPEGSplitter: FrameSplitter {
  /// The largest picture, in bytes.
  public static let largest = 1 << 26

  private enum Place {
    /// Between pictures.
    case outside
    /// Before a marker of the picture.
    case marker
    /// In the compressed pixels of the picture.
    case pixels
  }

  private var buffer: [UInt8] = []
  private var start = 0
  private var position = 0
  private var place = Place.outside
  public private(set) var strayBytes = 0

  /// Makes a splitter for the beginning of a stream.
  public init() {}

  public var unfinishedBytes: Int { place == .outside ? 0 : buffer.count - start }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Frame.Content] {
    if start > 0 {
      // After a segment's length the position may be beyond the bytes that are there.
      buffer.removeSubrange(0..<min(start, buffer.count))
      position -= start
      start = 0
    }
    buffer.append(contentsOf: bytes)
    var frames: [Frame.Content] = []
    while let frame = next() { if let frame { frames.append(frame) } }
    if place != .outside, buffer.count - start > Self.largest { giveUp(at: buffer.count) }
    return frames
  }

  /// Advances by a part of a picture; nil where more bytes are needed, and a frame where one is complete.
  private mutating func next() -> Frame.Content?? {
    switch place {
    case .outside: return begin() ? .some(nil) : nil
    case .marker: return passMarker()
    case .pixels:
      guard let found = offset(of: 0xFF, from: position) else {
        position = max(position, buffer.count)
        return nil
      }
      position = found
      guard found + 1 < buffer.count else { return nil }
      switch buffer[found + 1] {
      case 0x00, 0xD0...0xD7: position += 2
      case 0xFF: position += 1
      default: place = .marker
      }
      return .some(nil)
    }
  }

  private mutating func begin() -> Bool {
    var from = start
    while let found = offset(of: 0xFF, from: from) {
      guard found + 2 < buffer.count else {
        strayBytes += found - start
        start = found
        return false
      }
      if buffer[found + 1] == 0xD8, buffer[found + 2] == 0xFF {
        strayBytes += found - start
        (start, position, place) = (found, found + 2, .marker)
        return true
      }
      from = found + 1
    }
    strayBytes += max(0, buffer.count - start)
    start = buffer.count
    return false
  }

  private mutating func passMarker() -> Frame.Content?? {
    guard position + 1 < buffer.count else { return nil }
    guard buffer[position] == 0xFF else { return giveUp(at: position) }
    switch buffer[position + 1] {
    case 0xFF:
      position += 1
    case 0x01, 0xD0...0xD7:
      position += 2
    case 0xD8:
      // The picture before was cut off.
      giveUp(at: position)
    case 0xD9:
      let end = position + 2
      let frame = Bytes(Array(buffer[start..<end]))
      (start, position, place) = (end, end, .outside)
      return .some(.encoded(frame))
    case 0x00:
      return giveUp(at: position + 2)
    case let code:
      guard position + 3 < buffer.count else { return nil }
      let length = Int(buffer[position + 2]) << 8 | Int(buffer[position + 3])
      guard length >= 2 else { return giveUp(at: position + 2) }
      position += 2 + length
      if code == 0xDA { place = .pixels }
    }
    return .some(nil)
  }

  /// Passes over the picture, and looks for the next one from a position.
  @discardableResult
  private mutating func giveUp(at position: Int) -> Frame.Content?? {
    let end = min(position, buffer.count)
    strayBytes += max(0, end - start)
    (start, self.position, place) = (end, end, .outside)
    return .some(nil)
  }

  private func offset(of byte: UInt8, from position: Int) -> Int? {
    guard position < buffer.count else { return nil }
    return buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      return memchr(base + position, Int32(byte), bytes.count - position).map { UnsafeRawPointer($0) - base }
    }
  }
}

/// Cuts concatenated BMP pictures apart, as ffmpeg writes them: uncompressed, and each with its length.
public struct BMPSplitter: FrameSplitter {
  /// The largest picture, in bytes: the pixels of 8K video with four channels.
  public static let largest = 1 << 27

  private var buffer: [UInt8] = []
  private var start = 0
  public private(set) var strayBytes = 0
  public private(set) var refusal: String?

  /// Makes a splitter for the beginning of a stream.
  public init() {}

  public var unfinishedBytes: Int { buffer.count - start }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Frame.Content] {
    guard refusal == nil else { return [] }
    if start > 0 {
      buffer.removeSubrange(0..<start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
    var frames: [Frame.Content] = []
    while buffer.count - start >= 26 {
      let isBitmap = buffer[start] == UInt8(ascii: "B") && buffer[start + 1] == UInt8(ascii: "M")
      let length = isBitmap ? number(at: 2) : 0
      // A whole header, and not two letters in something else.
      if length > Self.largest, number(at: 6) == 0, number(at: 10) < 256 {
        refusal = "its frames are too large: \(number(at: 18))x\(number(at: 22)) pixels"
        buffer = []
        start = 0
        return frames
      }
      guard (26...Self.largest).contains(length) else {
        strayBytes += 1
        start += 1
        continue
      }
      guard buffer.count - start >= length else { break }
      frames.append(.encoded(Bytes(Array(buffer[start..<start + length]))))
      start += length
    }
    return frames
  }

  /// Returns a 32-bit number of the header at the current place.
  private func number(at offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(buffer[start + offset + $1]) << (8 * $1) }
  }
}

/// Cuts raw pixels into frames of one size.
public struct RawSplitter: FrameSplitter {
  private let width, height: Int
  private let format: PixelBuffer.Format
  private let frameBytes: Int
  private var buffer: [UInt8] = []

  /// Makes a splitter.
  ///
  /// - Throws: `PictureError` for a size that no frame can have.
  public init(width: Int, height: Int, format: PixelBuffer.Format = .rgb) throws(PictureError) {
    // An empty buffer has too few bytes for any size, so only the size itself is checked here.
    do {
      _ = try PixelBuffer(width: width, height: height, format: format, bytes: [])
    } catch {
      guard error.code == .impossiblePixels, width > 0, height > 0 else { throw error }
    }
    (self.width, self.height, self.format) = (width, height, format)
    frameBytes = width * height * format.bytesPerPixel
  }

  public var strayBytes: Int { 0 }
  public var unfinishedBytes: Int { buffer.count }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Frame.Content] {
    var rest = bytes[...]
    var frames: [Frame.Content] = []
    while buffer.count + rest.count >= frameBytes {
      let missing = frameBytes - buffer.count
      buffer.append(contentsOf: rest.prefix(missing))
      rest = rest.dropFirst(missing)
      if let pixels = try? PixelBuffer(width: width, height: height, format: format, bytes: buffer) {
        frames.append(.pixels(pixels))
      }
      buffer = []
      buffer.reserveCapacity(frameBytes)
    }
    buffer.append(contentsOf: rest)
    return frames
  }
}
