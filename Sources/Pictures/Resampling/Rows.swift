/// A picture's rows of packed RGB bytes, from top to bottom.
///
/// Readers may read ``rowMargin`` bytes beyond the end of a row, so that they can load full vectors. The contents of
/// these bytes do not matter.
protocol RowSource {
  var size: PixelSize { get }

  /// Prepares the rows in `window`. Windows may overlap and move only down.
  mutating func prepare(_ window: Range<Int>) throws(PictureError)

  /// Returns the start of a row in the last window prepared, valid until the next one is prepared.
  func row(_ y: Int) -> UnsafeRawPointer
}

/// The number of bytes that may be read beyond the end of a row.
let rowMargin = 16

/// The rows of a whole picture in memory.
struct MemoryRows: RowSource {
  let size: PixelSize
  private let pixels: UnsafeRawPointer

  /// - Parameter pixels: `size.width * size.height * 3` bytes and ``rowMargin``.
  init(_ pixels: UnsafeRawPointer, size: PixelSize) {
    self.pixels = pixels
    self.size = size
  }

  func prepare(_ window: Range<Int>) {}

  func row(_ y: Int) -> UnsafeRawPointer { pixels + y * size.width * 3 }
}

/// Produces a picture's rows one after the other.
protocol RowProducer {
  var size: PixelSize { get }

  /// Writes rows as packed RGB bytes. Ranges come in ascending order, do not overlap, and may skip rows.
  mutating func produce(_ rows: Range<Int>, into ring: RowRing) throws(PictureError)
}

/// A ring buffer of rows: a new row replaces the oldest.
struct RowRing {
  let capacity: Int
  private let start: UnsafeMutableRawPointer
  private let stride: Int

  init(width: Int, capacity: Int, buffer: ReusableBuffer) {
    self.capacity = capacity
    stride = width * 3 + rowMargin
    start = buffer.bytes(stride * capacity)
  }

  /// Returns the place of a row, followed by ``rowMargin`` bytes.
  func row(_ y: Int) -> UnsafeMutableRawPointer { start + (y % capacity) * stride }
}

/// The rows of a picture of which only a window is in memory; the window moves down.
struct StreamedRows<Producer: RowProducer>: RowSource {
  private var producer: Producer
  private let ring: RowRing
  private var next = 0

  // Rows are produced in batches, which takes fewer calls of the decoder.
  private static var batch: Int { 16 }

  /// Streams rows from a producer.
  ///
  /// - Parameter window: The greatest number of rows that are needed at once.
  init(_ producer: Producer, window: Int, buffer: ReusableBuffer) {
    self.producer = producer
    ring = RowRing(
      width: producer.size.width, capacity: min(window + Self.batch, producer.size.height), buffer: buffer)
  }

  var size: PixelSize { producer.size }

  mutating func prepare(_ window: Range<Int>) throws(PictureError) {
    guard window.upperBound > next else { return }
    let first = max(next, window.lowerBound)
    next = min(producer.size.height, max(window.upperBound, first + Self.batch))
    try producer.produce(first..<next, into: ring)
  }

  /// Produces all rows, so that they can be used several times. The window must be as high as the picture.
  mutating func prepareAll() throws(PictureError) {
    while next < size.height { try prepare(next..<next + 1) }
  }

  func row(_ y: Int) -> UnsafeRawPointer { UnsafeRawPointer(ring.row(y)) }
}

/// A producer that measures the time that another producer takes.
struct TimedRows<Base: RowProducer>: RowProducer {
  private var base: Base
  private let spent: (Duration) -> Void

  init(_ base: Base, spent: @escaping (Duration) -> Void) {
    self.base = base
    self.spent = spent
  }

  var size: PixelSize { base.size }

  mutating func produce(_ rows: Range<Int>, into ring: RowRing) throws(PictureError) {
    let start = ContinuousClock.now
    defer { spent(ContinuousClock.now - start) }
    try base.produce(rows, into: ring)
  }
}

/// A producer of the rows of a picture reduced by averaging blocks of pixels.
struct ShrunkRows<Base: RowSource>: RowProducer {
  let size: PixelSize
  private var base: Base
  private let columns: Int
  private let rows: Int
  private var sums: [UInt32]

  /// Reduces the rows of `base`.
  ///
  /// - Parameters:
  ///   - columns: The width of a block, at most 65535. Blocks at the right edge may be narrower.
  ///   - rows: The height of a block, at most 65535. Blocks at the lower edge may be less high.
  init(_ base: Base, columns: Int, rows: Int) {
    self.base = base
    self.columns = columns
    self.rows = rows
    size = PixelSize(
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
      // Means in sixteenths: sums of up to 65535 rows of them fit 32 bits.
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

extension UInt8 {
  /// Returns the colour value laid over white with an opacity of `opacity` / 255.
  func overWhite(_ opacity: UInt8) -> UInt8 {
    opacity == 255
      ? self : UInt8(truncatingIfNeeded: (Int(self) * Int(opacity) + 127) / 255 + 255 - Int(opacity))
  }
}
