extension SIMD8<UInt16> {
  /// The bytes as upper halves, with zero below them.
  @inline(__always)
  init(upperHalves bytes: SIMD8<UInt8>) {
    var halves = SIMD16<UInt8>(repeating: 0)
    halves.oddHalf = bytes
    self = unsafeBitCast(halves, to: Self.self)
  }

  /// The upper halves of the products: one instruction of most processors.
  ///
  /// Numbers are widened and narrowed by interleaving them with zeros, upper halves last as on every processor that
  /// Swift runs on: compilers see through that, while the standard library's conversions are not always inlined.
  @inline(__always)
  func upperProduct(_ other: Self) -> Self {
    unsafeBitCast(wide &* other.wide, to: SIMD16<UInt16>.self).oddHalf
  }

  @inline(__always)
  private var wide: SIMD8<UInt32> {
    var halves = SIMD16<UInt16>(repeating: 0)
    halves.evenHalf = self
    return unsafeBitCast(halves, to: SIMD8<UInt32>.self)
  }
}
