import TFLite

/// Reads little-endian numbers one after the other, and nothing beyond the end.
struct LittleEndianReader {
  private let bytes: Bytes
  private var position = 0

  init(_ bytes: Bytes) { self.bytes = bytes }

  /// Whether everything was read.
  var isAtEnd: Bool { position == bytes.count }

  /// The next 32 bits.
  mutating func word() -> UInt32? {
    next(4)?.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The next 32 bits as a number of elements, none of which can take less than a byte.
  mutating func count() -> Int? {
    word().flatMap { Int(exactly: $0) }.flatMap { $0 <= bytes.count ? $0 : nil }
  }

  /// The next so many 32-bit floats.
  mutating func floats(_ count: Int) -> [Float]? {
    let (size, overflow) = count.multipliedReportingOverflow(by: 4)
    guard !overflow, let slice = next(size) else { return nil }
    return slice.withUnsafeBytes { raw in
      (0..<count).map {
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
  }

  /// The next so many rows, each a scale and signed bytes.
  mutating func byteRows(_ count: Int, of dimension: Int) -> [Float]? {
    let (size, overflow) = count.multipliedReportingOverflow(by: dimension)
    guard !overflow, size <= bytes.count else { return nil }
    var values: [Float] = []
    values.reserveCapacity(size)
    for _ in 0..<count {
      guard let scale = floats(1)?.first, let steps = next(dimension) else { return nil }
      values.append(contentsOf: steps.map { scale * Float(Int8(bitPattern: $0)) })
    }
    return values
  }

  private mutating func next(_ count: Int) -> Bytes? {
    guard count >= 0, count <= bytes.count - position, let slice = bytes.slice(position..<position + count) else {
      return nil
    }
    position += count
    return slice
  }
}
