/// Weighted sums of neighbouring pixels of a row: its scaling.
struct PixelBlend {
  // Two pixels are weighted at once: six numbers of a vector of eight, the other two by zero.
  private let starts: [Int]
  private let weights: [SIMD8<UInt16>]
  private let pairs: Int
  private let bias: SIMD4<UInt16>

  /// - Parameter origin: The source pixel that rows begin with.
  init(_ axis: AxisWeights, origin: Int) {
    pairs = (axis.most + 1) / 2
    starts = axis.starts.map { ($0 - origin) * 6 }
    bias = SIMD4(repeating: UInt16(truncatingIfNeeded: axis.most / 2 + 128))
    var weights: [SIMD8<UInt16>] = []
    weights.reserveCapacity(axis.starts.count * pairs)
    for i in axis.starts.indices {
      for k in stride(from: i * axis.most, to: (i + 1) * axis.most, by: 2) {
        let a = axis.weights[k]
        let b = k + 1 < (i + 1) * axis.most ? axis.weights[k + 1] : 0
        weights.append(SIMD8(a, a, a, b, b, b, 0, 0))
      }
    }
    self.weights = weights
  }

  /// How many 16-bit numbers behind a row's last are read.
  var margin: Int { pairs * 6 + 2 }

  /// Writes a row of packed RGB bytes.
  ///
  /// - Parameter line: 16-bit numbers, the upper half of each a byte, and ``margin`` more.
  func apply(to line: UnsafeRawPointer, writing target: UnsafeMutableRawPointer) {
    weights.withUnsafeBufferPointer { weights in
      var target = target
      var next = 0
      for start in starts.dropLast() {
        // The fourth byte is the next pixel's first, written anew with that.
        target.storeBytes(of: pixel(line + start, weights, next), as: SIMD4<UInt8>.self)
        next += pairs
        target += 3
      }
      if let start = starts.last {
        let last = pixel(line + start, weights, next)
        for channel in 0..<3 { target.storeBytes(of: last[channel], toByteOffset: channel, as: UInt8.self) }
      }
    }
  }

  @inline(__always)
  private func pixel(
    _ line: UnsafeRawPointer, _ weights: UnsafeBufferPointer<SIMD8<UInt16>>, _ first: Int
  ) -> SIMD4<UInt8> {
    var sum = SIMD8<UInt16>(repeating: 0)
    var line = line
    for k in first..<first + pairs {
      sum &+= line.loadUnaligned(as: SIMD8<UInt16>.self).upperProduct(weights[k])
      line += 12
    }
    let pixel = sum.lowHalf &+ SIMD4(sum[3], sum[4], sum[5], sum[6]) &+ bias
    return SIMD4<UInt8>(truncatingIfNeeded: pixel &>> 8)
  }
}
