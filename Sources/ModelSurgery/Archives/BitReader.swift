import TFLite

/// Bits of bytes, the lowest of each first.
struct BitReader {
  let bytes: Bytes
  private var position = 0

  init(bytes: Bytes) { self.bytes = bytes }

  /// The next bits as a number, the first of them its lowest; nil where the bytes end before.
  mutating func next(_ count: Int) -> Int? {
    guard count <= 8 * bytes.count - position else { return nil }
    var number = 0
    for bit in 0..<count {
      number |= Int(bytes[position >> 3] >> UInt8(position & 7) & 1) << bit
      position += 1
    }
    return number
  }

  /// Passes over the rest of a byte.
  mutating func align() { position = (position + 7) & ~7 }
}
