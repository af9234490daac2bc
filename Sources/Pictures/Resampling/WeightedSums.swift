/// A weighted sum of rows of bytes, as 16-bit numbers whose upper halves are the bytes.
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

  /// Adds a row to the sum.
  ///
  /// - Parameters:
  ///   - row: The bytes of the row, and ``rowMargin`` more.
  ///   - weight: The weight in units of 1/65536.
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

/// Weighted sums of neighbouring pixels of a row, which scale the row.
struct ColumnBlend {
  // A vector multiplies two pixels at once: six of its eight numbers by their weights, the other two by zero.
  private let starts: [Int]
  private let weights: [SIMD8<UInt16>]
  private let pairs: Int
  private let bias: SIMD4<UInt16>

  /// Arranges the weights of an axis for rows that begin at source pixel `origin`.
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

  /// The number of 16-bit numbers that are read beyond the end of a row.
  var margin: Int { pairs * 6 + 2 }

  /// Writes a scaled row of packed RGB bytes.
  ///
  /// - Parameter line: 16-bit numbers whose upper halves are the bytes, and ``margin`` more.
  func apply(to line: UnsafeRawPointer, writing target: UnsafeMutableRawPointer) {
    weights.withUnsafeBufferPointer { weights in
      var target = target
      var next = 0
      for start in starts.dropLast() {
        // The fourth byte is the first of the next pixel, which overwrites it.
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

extension SIMD8<UInt16> {
  /// Makes numbers with the bytes as upper halves and zeros as lower halves.
  @inline(__always)
  init(upperHalves bytes: SIMD8<UInt8>) {
    var halves = SIMD16<UInt8>(repeating: 0)
    halves.oddHalf = bytes
    self = unsafeBitCast(halves, to: Self.self)
  }

  /// Returns the upper halves of the products: one instruction on most processors.
  ///
  /// It widens and narrows numbers by interleaving them with zeros, upper halves last as on every processor that Swift
  /// supports: the compiler recognises that, whereas it does not always inline the standard library's conversions.
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
