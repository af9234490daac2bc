/// A BMP file of OS/2 or Windows: uncompressed, with 1, 2, 4, 8, 16, 24 or 32 bits a pixel, stored bottom-up or top-down,
/// with colour masks and alpha.
///
/// libvips reads BMP only through ImageMagick, which is not safe for files from strangers.
struct Bitmap: RowProducer {
  let size: PixelSize
  private let reader: ByteReader
  private let bits: Int
  private let pixels: Pixels
  private let firstRow: Int
  private let isFromBelow: Bool

  /// The meaning of the bits of a pixel.
  private enum Pixels {
    /// Indices into 256 colours of three bytes.
    case palette([UInt8])
    /// Blue, green, red.
    case bytes
    case masks(red: BitmapChannel, green: BitmapChannel, blue: BitmapChannel, alpha: BitmapChannel)
  }

  // The number of bytes from one row to the next, a multiple of four.
  private var stride: Int { (size.width * bits + 31) / 32 * 4 }

  /// Reads the header and checks that the file holds all pixels.
  ///
  /// - Throws: ``PictureError``: corrupt, too large, or unsupported if it is compressed.
  init(_ bytes: UnsafeRawBufferPointer, picture: String) throws(PictureError) {
    reader = ByteReader(bytes, bigEndian: false)
    guard let header = BitmapHeader(reader) else {
      throw .corrupt(picture: picture, reason: "it has no valid BMP header")
    }
    size = PixelSize(width: header.width, height: Int(header.height.magnitude))
    isFromBelow = header.height > 0
    bits = header.bits
    firstRow = header.pixels
    try DecodingLimits.check(size, held: 0, picture: picture)
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
        picture: picture, reason: "BMP files of \(header.bits) bits with this compression are not supported",
        remedy: "save it as PNG")
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
      to[3 * x] = red.byte(of: pixel).overWhite(opacity)
      to[3 * x + 1] = green.byte(of: pixel).overWhite(opacity)
      to[3 * x + 2] = blue.byte(of: pixel).overWhite(opacity)
    }
  }
}

/// The headers of a BMP file.
struct BitmapHeader {
  enum Compression {
    case none, masks, other
  }

  let width: Int
  /// Positive if the bottom row comes first.
  let height: Int
  let bits: Int
  let compression: Compression
  /// The offset of the pixels.
  let pixels: Int
  private let length: Int
  private let hasAlphaMask: Bool
  private let colours: Int

  // The length of the file header, which comes first.
  private static let fileHeader = 14
  // The length of the oldest header that follows it, that of OS/2.
  private static let oldest = 12

  /// Reads the headers; returns `nil` if the bytes end within them or they contradict each other.
  init?(_ reader: ByteReader) {
    guard let pixels = reader.uint32(10), let length = reader.uint32(Self.fileHeader), length <= 1 << 16,
      pixels >= UInt32(Self.fileHeader) + length
    else { return nil }
    self.pixels = Int(pixels)
    self.length = Int(length)
    if self.length == Self.oldest {
      guard let width = reader.uint16(18), let height = reader.uint16(20), let bits = reader.uint16(24) else {
        return nil
      }
      (self.width, self.height, self.bits) = (Int(width), Int(height), Int(bits))
      (compression, hasAlphaMask, colours) = (.none, false, 0)
      return
    }
    guard length >= 40, let width = reader.int32(18), let height = reader.int32(22), let bits = reader.uint16(28),
      let compression = reader.uint32(30), let colours = reader.uint32(46)
    else { return nil }
    (self.width, self.height, self.bits) = (Int(width), Int(height), Int(bits))
    switch compression {
    case 0: self.compression = .none
    // The header of OS/2 2 gives these numbers another meaning.
    case 3 where length != 64, 6: self.compression = .masks
    default: self.compression = .other
    }
    hasAlphaMask = length >= 56 || compression == 6
    self.colours = Int(colours)
  }

  /// Returns the masks of red, green, blue and alpha: those of the file, or the usual ones if it has none.
  func masks(_ reader: ByteReader) -> [UInt32] {
    guard compression == .masks else {
      return bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0x00FF_0000, 0x0000_FF00, 0x0000_00FF, 0]
    }
    // Longer headers contain the masks; the shorter header is followed by them.
    let start = Self.fileHeader + 40
    return (0..<4).map { $0 < 3 || hasAlphaMask ? reader.uint32(start + 4 * $0) ?? 0 : 0 }
  }

  /// Returns the palette, three bytes of red, green and blue for each index; black for colours that the file lacks.
  func palette(_ reader: ByteReader) -> [UInt8] {
    let start = Self.fileHeader + length
    let step = length == Self.oldest ? 3 : 4
    let stated = colours > 0 ? min(colours, 256) : 1 << bits
    let count = min(stated, max(0, pixels - start) / step)
    var palette = [UInt8](repeating: 0, count: 256 * 3)
    for index in 0..<count {
      for channel in 0..<3 { palette[index * 3 + channel] = reader.byte(start + index * step + 2 - channel) ?? 0 }
    }
    return palette
  }
}

/// The bits of a pixel that hold one colour channel.
struct BitmapChannel {
  private let mask: UInt32
  private let shift: UInt32
  private let highest: UInt64

  init(_ mask: UInt32) {
    self.mask = mask
    shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
    highest = UInt64(mask >> shift)
  }

  /// Whether the channel has any bits.
  var isPresent: Bool { mask != 0 }

  /// Returns the channel's value in `pixel` on a scale from 0 to 255; 0 if it has no bits.
  func byte(of pixel: UInt32) -> UInt8 {
    let value = UInt64((pixel & mask) >> shift)
    guard highest != 255, highest > 0 else { return UInt8(truncatingIfNeeded: value) }
    return UInt8(truncatingIfNeeded: (value * 255 + highest / 2) / highest)
  }
}
