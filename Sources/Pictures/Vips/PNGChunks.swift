/// The chunks of a PNG file, checked and thinned out before libvips reads them.
///
/// Compressed texts can be a thousand times larger than their bytes, and libpng expands each of them, although no pixel
/// depends on them.
struct PNGChunks {
  private let bytes: UnsafeRawBufferPointer
  // The runs of chunks that are kept; the first one begins with the signature.
  private var kept: [Range<Int>] = []

  /// Reads the chunks up to the last one, in time proportional to their number.
  ///
  /// - Throws: ``PictureError/corrupt(picture:reason:)`` if the file ends before its last chunk, or holds more compressed
  ///   data than its pixels can take.
  init(_ bytes: UnsafeRawBufferPointer, picture: String) throws(PictureError) {
    self.bytes = bytes
    let reader = ByteReader(bytes, bigEndian: true)
    var position = 8
    var start = 0
    var compressed = 0
    while true {
      guard let length = reader.uint32(position).map(Int.init), let name = reader.uint32(position + 4),
        length <= bytes.count - position - 12
      else { throw .corrupt(picture: picture, reason: "it ends too early") }
      let end = position + 12 + length
      if isCompressedText(name, position + 8..<end - 4) {
        kept.append(start..<position)
        start = end
      }
      if name == Self.code("IDAT") { compressed += length }
      position = end
      if name == Self.code("IEND") { break }
    }
    kept.append(start..<position)
    guard compressed <= Self.mostCompressed(reader) else {
      throw .corrupt(picture: picture, reason: "it has more data than pixels")
    }
  }

  private func isCompressedText(_ name: UInt32, _ data: Range<Int>) -> Bool {
    switch name {
    case Self.code("zTXt"):
      return true
    case Self.code("iTXt"):
      // A keyword of up to 79 bytes, a zero, and whether the text is compressed.
      guard let zero = bytes[data].prefix(80).firstIndex(of: 0), zero + 1 < data.upperBound else { return true }
      return bytes[zero + 1] != 0
    default:
      return false
    }
  }

  /// Returns a bound of the compressed bytes: those of the pixels, a tenth more, and some for small pictures.
  ///
  /// Compression makes no picture larger by a tenth. What follows the last pixel would be expanded too.
  private static func mostCompressed(_ reader: ByteReader) -> Int {
    guard let width = reader.uint32(16).map(Int.init), let height = reader.uint32(20).map(Int.init),
      let depth = reader.byte(24).map(Int.init), let colours = reader.byte(25)
    else { return 0 }
    let channels = [2: 3, 4: 2, 6: 4][colours] ?? 1
    let (bytes, overflow) = (width * channels * depth / 8 + 2).multipliedReportingOverflow(by: height)
    // The size itself is checked later.
    return overflow || bytes > 1 << 60 ? .max : bytes + bytes / 10 + 1 << 16
  }

  private static func code(_ letters: String) -> UInt32 { letters.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

  /// Returns the file without the texts: the same bytes if there are none, else a copy in `buffer`, valid until it is used
  /// again.
  func withoutTexts(_ buffer: ReusableBuffer) -> UnsafeRawBufferPointer {
    guard let whole = bytes.baseAddress, kept.count > 1 else { return bytes }
    let count = kept.reduce(0) { $0 + $1.count }
    let copy = buffer.bytes(count)
    var place = 0
    for run in kept {
      (copy + place).copyMemory(from: whole + run.lowerBound, byteCount: run.count)
      place += run.count
    }
    return UnsafeRawBufferPointer(start: copy, count: count)
  }
}
