import TFLite

extension ByteCursor {
  /// The next so many numbers of a width, each made of its bits; nil where the bytes end before.
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

  /// The next so many 32-bit floats.
  package mutating func floats(_ count: Int) -> [Float]? { numbers(count, of: UInt32.self, Float.init(bitPattern:)) }

  /// The next so many 64-bit floats.
  package mutating func doubles(_ count: Int) -> [Double]? { numbers(count, of: UInt64.self, Double.init(bitPattern:)) }

  /// The next 32 bits as a number of elements, none of which can take less than a byte of what is left.
  package mutating func count() -> Int? {
    next(UInt32.self).flatMap { Int(exactly: $0) }.flatMap { $0 <= remaining ? $0 : nil }
  }
}
