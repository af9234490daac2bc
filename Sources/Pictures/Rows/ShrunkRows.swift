/// Makes the rows of a picture of which every block of pixels has become one, their mean.
struct ShrunkRows<Base: RowSource>: RowProducer {
  let size: Size
  private var base: Base
  private let columns: Int
  private let rows: Int
  private var sums: [UInt32]

  /// - Parameters:
  ///   - columns: The width of a block, at most 65535. Blocks at the right edge may be narrower.
  ///   - rows: The height of a block, at most 65535. Blocks at the lower edge may be lower.
  init(_ base: Base, columns: Int, rows: Int) {
    self.base = base
    self.columns = columns
    self.rows = rows
    size = Size(
      width: (base.size.width + columns - 1) / columns, height: (base.size.height + rows - 1) / rows)
    sums = Array(repeating: 0, count: size.width * 3)
  }

  mutating func produce(_ range: Range<Int>, into ring: RowRing) throws(PictureError) {
    for y in range {
      let window = y * rows..<min((y + 1) * rows, base.size.height)
      try base.prepare(window)
      for x in sums.indices { sums[x] = 0 }
      for row in window { add(base.row(row)) }
      write(to: ring.row(y), rows: window.count)
    }
  }

  private mutating func add(_ row: UnsafeRawPointer) {
    var pixel = row.assumingMemoryBound(to: UInt8.self)
    for x in 0..<size.width {
      let count = min(columns, base.size.width - x * columns)
      // Means of up to 65535 bytes, in sixteenths: sums of up to 65535 rows of them fit.
      var red: UInt32 = 0
      var green: UInt32 = 0
      var blue: UInt32 = 0
      for _ in 0..<count {
        red &+= UInt32(pixel[0])
        green &+= UInt32(pixel[1])
        blue &+= UInt32(pixel[2])
        pixel += 3
      }
      let divisor = UInt32(truncatingIfNeeded: count)
      sums[3 * x] &+= (red * 16 + divisor / 2) / divisor
      sums[3 * x + 1] &+= (green * 16 + divisor / 2) / divisor
      sums[3 * x + 2] &+= (blue * 16 + divisor / 2) / divisor
    }
  }

  private func write(to row: UnsafeMutableRawPointer, rows: Int) {
    let divisor = UInt32(truncatingIfNeeded: rows) * 16
    for x in sums.indices {
      row.storeBytes(of: UInt8(truncatingIfNeeded: (sums[x] + divisor / 2) / divisor), toByteOffset: x, as: UInt8.self)
    }
  }
}
