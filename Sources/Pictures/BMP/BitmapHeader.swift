/// The headers of a BMP file.
struct BitmapHeader {
  enum Compression {
    case none, masks, other
  }

  let width: Int
  /// Positive where the lowest row comes first.
  let height: Int
  let bits: Int
  let compression: Compression
  /// Where the pixels begin.
  let pixels: Int
  private let length: Int
  private let hasAlphaMask: Bool
  private let colours: Int

  // The file's header, which comes first.
  private static let fileHeader = 14
  // The oldest header behind that, of OS/2.
  private static let oldest = 12

  /// `nil` where the bytes end within the headers or these contradict themselves.
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

  /// The masks of red, green, blue and alpha: the file's, or the usual ones where it gives none.
  func masks(_ reader: ByteReader) -> [UInt32] {
    guard compression == .masks else {
      return bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0x00FF_0000, 0x0000_FF00, 0x0000_00FF, 0]
    }
    // They are a part of longer headers, and follow the shorter one.
    let start = Self.fileHeader + 40
    return (0..<4).map { $0 < 3 || hasAlphaMask ? reader.uint32(start + 4 * $0) ?? 0 : 0 }
  }

  /// The colours that indices stand for, three bytes of red, green and blue each; black for those that the file lacks.
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
