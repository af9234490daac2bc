extension SIMD8<UInt16> {
  /// The bytes as upper halves, with zero below them.
  @inline(__always)
  init(upperHalves bytes: SIMD8<UInt8>) {
    var halves = SIMD16<UInt8>(repeating: 0)
    #if _endian(little)
      halves.oddHalf = bytes
    #else
      halves.evenHalf = bytes
    #endif
    self = unsafeBitCast(halves, to: Self.self)
  }

  /// The upper halves of the products: one instruction of most processors.
  ///
  /// Spelt out, since the conversions of the standard library are not always inlined.
  @inline(__always)
  func upperProduct(_ other: Self) -> Self {
    let products = (wide &* other.wide) &>> 16
    return Self(
      UInt16(truncatingIfNeeded: products[0]), UInt16(truncatingIfNeeded: products[1]),
      UInt16(truncatingIfNeeded: products[2]), UInt16(truncatingIfNeeded: products[3]),
      UInt16(truncatingIfNeeded: products[4]), UInt16(truncatingIfNeeded: products[5]),
      UInt16(truncatingIfNeeded: products[6]), UInt16(truncatingIfNeeded: products[7]))
  }

  @inline(__always)
  private var wide: SIMD8<UInt32> {
    SIMD8<UInt32>(
      UInt32(self[0]), UInt32(self[1]), UInt32(self[2]), UInt32(self[3]), UInt32(self[4]), UInt32(self[5]),
      UInt32(self[6]), UInt32(self[7]))
  }
}
