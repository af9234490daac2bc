/// Some of a pixel's bits that stand for one colour.
struct BitmapChannel {
  private let mask: UInt32
  private let shift: UInt32
  private let highest: UInt64

  init(_ mask: UInt32) {
    self.mask = mask
    shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
    highest = UInt64(mask >> shift)
  }

  /// Whether there are any such bits.
  var isPresent: Bool { mask != 0 }

  /// The colour's value in `pixel` on a scale to 255: 0 where there are no bits for it.
  func byte(of pixel: UInt32) -> UInt8 {
    let value = UInt64((pixel & mask) >> shift)
    guard highest != 255, highest > 0 else { return UInt8(truncatingIfNeeded: value) }
    return UInt8(truncatingIfNeeded: (value * 255 + highest / 2) / highest)
  }
}
