/// The rows of a whole picture in memory.
struct MemoryRows: RowSource {
  let size: Size
  private let pixels: UnsafeRawPointer

  /// - Parameter pixels: `size.width * size.height * 3` bytes and ``rowMargin``.
  init(_ pixels: UnsafeRawPointer, size: Size) {
    self.pixels = pixels
    self.size = size
  }

  func prepare(_ window: Range<Int>) {}

  func row(_ y: Int) -> UnsafeRawPointer { pixels + y * size.width * 3 }
}
