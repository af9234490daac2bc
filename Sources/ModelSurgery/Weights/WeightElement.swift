/// What a file's elements are.
enum WeightElement: Sendable, Hashable {
  case float32, float16, bfloat16, float64, int64

  /// Bytes that an element takes.
  var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64, .int64: 8
    }
  }

  /// The element at a place in little-endian bytes, as the nearest 32-bit float.
  func value(in bytes: UnsafeRawBufferPointer, at index: Int) -> Float {
    let offset = index * byteCount
    switch self {
    case .float32:
      return Float(bitPattern: .init(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case .float16:
      return Self.widened(.init(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    case .bfloat16:
      let half = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      return Float(bitPattern: UInt32(half) << 16)
    case .float64:
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      return Float(Double(bitPattern: word))
    case .int64:
      return Float(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
    }
  }

  // Swift's own Float16 is missing on Intel Macs. Every half is exact as a float.
  private static func widened(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10 & 0x1F)
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) / 16_777_216
      return sign == 0 ? magnitude : -magnitude
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
