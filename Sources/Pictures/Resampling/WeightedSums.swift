/// A weighted sum of rows of bytes, as 16-bit numbers of which the upper half is the byte.
struct RowBlend {
  private var rows: [UnsafeRawPointer] = []
  private var weights: [SIMD8<UInt16>] = []

  init(capacity: Int) {
    rows.reserveCapacity(capacity)
    weights.reserveCapacity(capacity)
  }

  mutating func clear() {
    rows.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
  }

  /// - Parameters:
  ///   - row: Bytes, and ``rowMargin`` behind the last that counts.
  ///   - weight: In units of 1/65536.
  mutating func add(_ row: UnsafeRawPointer, weight: UInt16) {
    guard weight > 0 else { return }
    rows.append(row)
    weights.append(SIMD8(repeating: weight))
  }

  /// Writes `count` sums, rounded up to a multiple of 16.
  func write(to line: UnsafeMutableRawPointer, count: Int) {
    let bias = SIMD8(repeating: UInt16(truncatingIfNeeded: rows.count / 2))
    rows.withUnsafeBufferPointer { rows in
      weights.withUnsafeBufferPointer { weights in
        for i in stride(from: 0, to: count, by: 16) {
          var low = bias
          var high = bias
          for k in 0..<rows.count {
            let bytes = rows[k].loadUnaligned(fromByteOffset: i, as: SIMD16<UInt8>.self)
            low &+= SIMD8<UInt16>(upperHalves: bytes.lowHalf).upperProduct(weights[k])
            high &+= SIMD8<UInt16>(upperHalves: bytes.highHalf).upperProduct(weights[k])
          }
          line.storeBytes(of: low, toByteOffset: 2 * i, as: SIMD8<UInt16>.self)
          line.storeBytes(of: high, toByteOffset: 2 * i + 16, as: SIMD8<UInt16>.self)
        }
      }
    }
  }
}
