/// Pixels in memory, such as a frame of a camera: a picture of any size, one byte for each channel.
///
/// ```swift
/// let frame = try PixelBuffer(width: 640, height: 480, bytesPerRow: 2560, format: .bgra, bytes: bytes)
/// let tensor = try PictureReader(width: 224, height: 224).read(frame)
/// ```
public struct PixelBuffer: Sendable, Hashable {
  /// The channels of a pixel, in their order in memory.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// Red, green and blue.
    case rgb
    /// Blue, green and red.
    case bgr
    /// Red, green, blue and alpha. Colours are not multiplied by alpha; transparent pixels are laid over white.
    case rgba
    /// Blue, green, red and alpha. Colours are not multiplied by alpha; transparent pixels are laid over white.
    case bgra
    /// One channel of grey.
    case grey

    /// The number of bytes of a pixel.
    public var bytesPerPixel: Int {
      switch self {
      case .rgb, .bgr: 3
      case .rgba, .bgra: 4
      case .grey: 1
      }
    }
  }

  /// The number of pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The number of bytes from one row to the next (the stride).
  public let bytesPerRow: Int
  /// The channels of a pixel.
  public let format: Format
  /// The rows, from top to bottom. Bytes beyond the pixels of a row and beyond the last row are ignored.
  public let bytes: [UInt8]

  /// Makes a buffer, and checks that its bytes hold all pixels.
  ///
  /// - Parameters:
  ///   - width: The number of pixels in a row, from 1 to 65535.
  ///   - height: The number of rows, from 1 to 65535; there may be at most 2^28 pixels.
  ///   - bytesPerRow: The number of bytes from one row to the next, at least the bytes of its pixels, which is the
  ///     default.
  ///   - format: The channels of a pixel.
  ///   - bytes: The rows, from top to bottom. The last one may end after its pixels.
  /// - Throws: ``PictureError/impossiblePixels(reason:)`` if the numbers contradict each other or there are too few
  ///   bytes, ``PictureError/tooLarge(picture:width:height:limit:)``.
  public init(
    width: Int, height: Int, bytesPerRow: Int? = nil, format: Format = .rgb, bytes: [UInt8]
  ) throws(PictureError) {
    guard width > 0, height > 0 else {
      throw .impossiblePixels(reason: "the width and height must be positive, not \(width)x\(height)")
    }
    // Within these limits no product below overflows.
    try DecodingLimits.check(PixelSize(width: width, height: height), held: 0, picture: "the pixel buffer")
    let rowBytes = width * format.bytesPerPixel
    let bytesPerRow = bytesPerRow ?? rowBytes
    guard bytesPerRow >= rowBytes else {
      throw .impossiblePixels(
        reason: "a row of \(width) \(format) pixels takes \(rowBytes) bytes, and bytesPerRow is \(bytesPerRow)")
    }
    let (start, overflow) = bytesPerRow.multipliedReportingOverflow(by: height - 1)
    guard !overflow, start <= bytes.count, bytes.count - start >= rowBytes else {
      throw .impossiblePixels(
        reason: """
          \(height) rows of \(width) \(format) pixels with \(bytesPerRow) bytes per row do not fit in \(bytes.count) bytes
          """)
    }
    self.width = width
    self.height = height
    self.bytesPerRow = bytesPerRow
    self.format = format
    self.bytes = bytes
  }
}

/// A producer of the rows of a pixel buffer as packed RGB bytes.
struct PixelBufferRows: RowProducer {
  let size: PixelSize
  private let bytesPerRow: Int
  private let format: PixelBuffer.Format
  private let bytes: UnsafeRawBufferPointer

  /// - Parameter bytes: The buffer's bytes, which must stay valid.
  init(_ buffer: PixelBuffer, bytes: UnsafeRawBufferPointer) {
    size = PixelSize(width: buffer.width, height: buffer.height)
    bytesPerRow = buffer.bytesPerRow
    format = buffer.format
    self.bytes = bytes
  }

  func produce(_ rows: Range<Int>, into ring: RowRing) {
    let rowBytes = size.width * format.bytesPerPixel
    for y in rows {
      let from = UnsafeRawBufferPointer(rebasing: bytes[y * bytesPerRow..<y * bytesPerRow + rowBytes])
      let to = ring.row(y)
      switch format {
      case .rgb: UnsafeMutableRawBufferPointer(start: to, count: rowBytes).copyMemory(from: from)
      case .bgr: write(from, 2, 1, 0, to: to)
      case .rgba: writeOverWhite(from, 0, 1, 2, to: to)
      case .bgra: writeOverWhite(from, 2, 1, 0, to: to)
      case .grey: write(from, 0, 0, 0, to: to)
      }
    }
  }

  /// Writes a row whose red, green and blue are at the given offsets of a pixel.
  private func write(
    _ row: UnsafeRawBufferPointer, _ red: Int, _ green: Int, _ blue: Int, to target: UnsafeMutableRawPointer
  ) {
    let target = target.assumingMemoryBound(to: UInt8.self)
    let step = format.bytesPerPixel
    for x in 0..<size.width {
      target[3 * x] = row[step * x + red]
      target[3 * x + 1] = row[step * x + green]
      target[3 * x + 2] = row[step * x + blue]
    }
  }

  /// Writes a row of pixels with alpha in the fourth byte, laid over white.
  private func writeOverWhite(
    _ row: UnsafeRawBufferPointer, _ red: Int, _ green: Int, _ blue: Int, to target: UnsafeMutableRawPointer
  ) {
    let target = target.assumingMemoryBound(to: UInt8.self)
    for x in 0..<size.width {
      let opacity = row[4 * x + 3]
      target[3 * x] = row[4 * x + red].overWhite(opacity)
      target[3 * x + 1] = row[4 * x + green].overWhite(opacity)
      target[3 * x + 2] = row[4 * x + blue].overWhite(opacity)
    }
  }
}
