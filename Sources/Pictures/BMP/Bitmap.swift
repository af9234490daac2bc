/// A BMP file: uncompressed, of 1, 2, 4, 8, 16, 24 or 32 bits a pixel, from below or from above, with colour masks and
/// alpha, of OS/2 or Windows.
///
/// libvips reads BMP through ImageMagick only, which is not for strangers' files.
struct Bitmap: RowProducer {
  let size: Size
  private let reader: ByteReader
  private let bits: Int
  private let pixels: Pixels
  private let firstRow: Int
  private let isFromBelow: Bool

  /// What the bits of a pixel mean.
  private enum Pixels {
    /// Indices into 256 colours of three bytes.
    case palette([UInt8])
    /// Blue, green, red.
    case bytes
    case masks(red: BitmapChannel, green: BitmapChannel, blue: BitmapChannel, alpha: BitmapChannel)
  }

  // The bytes from one row to the next: whole groups of four.
  private var stride: Int { (size.width * bits + 31) / 32 * 4 }

  /// Reads the header and checks that the file is long enough for its pixels.
  ///
  /// - Throws: ``PictureError``: corrupt, too large, or unsupported where it is compressed.
  init(_ bytes: UnsafeRawBufferPointer, picture: String) throws(PictureError) {
    reader = ByteReader(bytes, bigEndian: false)
    guard let header = BitmapHeader(reader) else {
      throw .corrupt(picture: picture, reason: "its header is not that of a BMP")
    }
    size = Size(width: header.width, height: Int(header.height.magnitude))
    isFromBelow = header.height > 0
    bits = header.bits
    firstRow = header.pixels
    try Limits.check(size, held: 0, picture: picture)
    switch (header.bits, header.compression) {
    case (1, .none), (2, .none), (4, .none), (8, .none):
      pixels = .palette(header.palette(reader))
    case (24, .none):
      pixels = .bytes
    case (16, .none), (32, .none), (16, .masks), (32, .masks):
      let masks = header.masks(reader)
      pixels = .masks(
        red: BitmapChannel(masks[0]), green: BitmapChannel(masks[1]), blue: BitmapChannel(masks[2]),
        alpha: BitmapChannel(masks[3]))
    default:
      throw .unsupported(
        picture: picture, reason: "a BMP of \(header.bits) bits and this compression is not read; save it as PNG")
    }
    guard firstRow + stride * (size.height - 1) + (size.width * bits + 7) / 8 <= bytes.count else {
      throw .corrupt(picture: picture, reason: "it ends too early")
    }
  }

  func produce(_ rows: Range<Int>, into ring: RowRing) {
    for y in rows {
      let start = firstRow + (isFromBelow ? size.height - 1 - y : y) * stride
      let from = UnsafeRawBufferPointer(rebasing: reader.bytes[start..<start + (size.width * bits + 7) / 8])
      let to = ring.row(y).assumingMemoryBound(to: UInt8.self)
      switch pixels {
      case .palette(let colours): unpack(from, colours, to)
      case .bytes: swap(from, to)
      case .masks(let red, let green, let blue, let alpha): extract(from, red, green, blue, alpha, to)
      }
    }
  }

  private func unpack(_ row: UnsafeRawBufferPointer, _ colours: [UInt8], _ to: UnsafeMutablePointer<UInt8>) {
    let perByte = 8 / bits
    let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
    for x in 0..<size.width {
      let shift = 8 - bits - x % perByte * bits
      let index = Int(row[x / perByte] >> UInt8(truncatingIfNeeded: shift) & mask) * 3
      for channel in 0..<3 { to[3 * x + channel] = colours[index + channel] }
    }
  }

  private func swap(_ row: UnsafeRawBufferPointer, _ to: UnsafeMutablePointer<UInt8>) {
    for x in 0..<size.width {
      to[3 * x] = row[3 * x + 2]
      to[3 * x + 1] = row[3 * x + 1]
      to[3 * x + 2] = row[3 * x]
    }
  }

  private func extract(
    _ row: UnsafeRawBufferPointer, _ red: BitmapChannel, _ green: BitmapChannel, _ blue: BitmapChannel,
    _ alpha: BitmapChannel, _ to: UnsafeMutablePointer<UInt8>
  ) {
    for x in 0..<size.width {
      let pixel =
        bits == 16
        ? UInt32(UInt16(littleEndian: row.loadUnaligned(fromByteOffset: 2 * x, as: UInt16.self)))
        : UInt32(littleEndian: row.loadUnaligned(fromByteOffset: 4 * x, as: UInt32.self))
      let opacity = alpha.isPresent ? alpha.byte(of: pixel) : 255
      to[3 * x] = Self.overWhite(red.byte(of: pixel), opacity)
      to[3 * x + 1] = Self.overWhite(green.byte(of: pixel), opacity)
      to[3 * x + 2] = Self.overWhite(blue.byte(of: pixel), opacity)
    }
  }

  private static func overWhite(_ value: UInt8, _ opacity: UInt8) -> UInt8 {
    opacity == 255
      ? value : UInt8(truncatingIfNeeded: (Int(value) * Int(opacity) + 127) / 255 + 255 - Int(opacity))
  }
}
