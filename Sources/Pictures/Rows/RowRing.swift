/// Memory for the rows that are in use, each in the place of one that no longer is.
struct RowRing {
  let capacity: Int
  private let start: UnsafeMutableRawPointer
  private let stride: Int

  init(width: Int, capacity: Int, memory: Memory) {
    self.capacity = capacity
    stride = width * 3 + rowMargin
    start = memory.bytes(stride * capacity)
  }

  /// Where a row lies, with ``rowMargin`` bytes behind it.
  func row(_ y: Int) -> UnsafeMutableRawPointer { start + (y % capacity) * stride }
}
