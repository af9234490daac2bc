import TFLite

extension ByteCursor {
  /// Reads `count` numbers of one width, each converted from its bits. Returns nil if too few bytes are left.
  package mutating func numbers<Bits: FixedWidthInteger, Number>(
    _ count: Int, of _: Bits.Type, _ number: (Bits) -> Number
  ) -> [Number]? {
    let width = Bits.bitWidth / 8
    let (size, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow, let slice = take(size) else { return nil }
    return slice.withUnsafeBytes { raw in
      (0..<count).map { number(Bits(littleEndian: raw.loadUnaligned(fromByteOffset: width * $0, as: Bits.self))) }
    }
  }

  /// Reads `count` 32-bit floats.
  package mutating func floats(_ count: Int) -> [Float]? { numbers(count, of: UInt32.self, Float.init(bitPattern:)) }

  /// Reads `count` 64-bit floats.
  package mutating func doubles(_ count: Int) -> [Double]? { numbers(count, of: UInt64.self, Double.init(bitPattern:)) }

  /// Reads a 32-bit number of elements. Returns nil if it exceeds the bytes left: an element takes at least one byte.
  package mutating func count() -> Int? {
    next(UInt32.self).flatMap { Int(exactly: $0) }.flatMap { $0 <= remaining ? $0 : nil }
  }
}
