/// A filter that blends the four nearest pixels, however much the picture is reduced, with the bytes of OpenCV's
/// `INTER_LINEAR`.
///
/// OpenCV weights in units of 1/2048: a row exactly, and two blended rows with the products cut to their upper bits.
/// Only whole pixels of the area count, as if it had been cut out first.
struct LinearFilter {
  private let source: PixelSize
  private let area: SourceArea
  private let target: PixelSize
  private let across, down: Axis

  /// - Parameters:
  ///   - source: The size of the picture.
  ///   - area: The area of it to scale, of whole pixels.
  ///   - target: The size to scale it to.
  init(source: PixelSize, area: SourceArea, target: PixelSize) {
    (self.source, self.area, self.target) = (source, area, target)
    across = Axis(
      start: area.left, length: area.width, source: source.width, target: target.width, weightsEdges: false)
    down = Axis(start: area.top, length: area.height, source: source.height, target: target.height, weightsEdges: true)
  }

  /// Returns whether this filter scales such an area.
  func serves(source: PixelSize, area: SourceArea, target: PixelSize) -> Bool {
    self.source == source && self.area == area && self.target == target
  }

  /// The greatest number of source rows that a target row needs.
  static let window = 2

  /// Writes the scaled picture as packed RGB bytes.
  ///
  /// - Parameters:
  ///   - stride: The number of bytes from one target row to the next.
  ///   - scratch: A buffer for two blended rows.
  func apply(
    to rows: inout some RowSource, writing pixels: UnsafeMutableRawPointer, stride: Int, scratch: ReusableBuffer
  ) throws(PictureError) {
    let count = target.width * 3
    var upper = scratch.bytes(count * 2 * MemoryLayout<Int32>.stride).bindMemory(to: Int32.self, capacity: count * 2)
    var lower = upper + count
    var (inUpper, inLower) = (-1, -1)
    for y in 0..<target.height {
      let (first, second) = (down.first[y], down.second[y])
      if first != inUpper, first == inLower {
        swap(&upper, &lower)
        swap(&inUpper, &inLower)
      }
      if first != inUpper || second != inLower {
        try rows.prepare(first..<second + 1)
        if first != inUpper { blend(rows.row(first), into: upper) }
        if second != inLower { blend(rows.row(second), into: lower) }
        (inUpper, inLower) = (first, second)
      }
      let (a, b) = (down.firstWeight[y], down.secondWeight[y])
      let line = (pixels + y * stride).assumingMemoryBound(to: UInt8.self)
      for x in 0..<count {
        let sum = (upper[x] >> 4 &* a) >> 16 &+ (lower[x] >> 4 &* b) >> 16
        line[x] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
      }
    }
  }

  /// Blends the pixels of a row, in units of 1/2048.
  private func blend(_ row: UnsafeRawPointer, into line: UnsafeMutablePointer<Int32>) {
    let bytes = row.assumingMemoryBound(to: UInt8.self)
    for x in 0..<target.width {
      let (left, right) = (across.first[x] * 3, across.second[x] * 3)
      let (a, b) = (across.firstWeight[x], across.secondWeight[x])
      for channel in 0..<3 {
        line[3 * x + channel] = Int32(bytes[left + channel]) &* a &+ Int32(bytes[right + channel]) &* b
      }
    }
  }

  /// The two source pixels of each target pixel along one axis, and their weights in units of 1/2048.
  ///
  /// Target pixel `i` is at `(i + 0.5) * length / target - 0.5` of the area. Beyond the centres of the outer pixels
  /// there is one pixel to blend: OpenCV gives it the whole weight along a row, and both weights from row to row, which
  /// are rounded.
  private struct Axis {
    private(set) var first: [Int] = []
    private(set) var second: [Int] = []
    private(set) var firstWeight: [Int32] = []
    private(set) var secondWeight: [Int32] = []

    init(start: Double, length: Double, source: Int, target: Int, weightsEdges: Bool) {
      let low = min(max(0, Int(start.rounded())), source - 1)
      let count = min(max(1, Int(length.rounded())), source - low)
      // As OpenCV computes it: the reciprocal first, and places as 32-bit floats.
      let scale = 1 / (Double(target) / Double(count))
      for i in 0..<target {
        let place = Float((Double(i) + 0.5) * scale - 0.5)
        let whole = place.rounded(.down)
        var share = place - whole
        if !weightsEdges, whole < 0 || Int(whole) >= count - 1 { share = 0 }
        let index = min(max(0, Int(whole)), count - 1)
        first.append(low + index)
        second.append(low + min(max(0, Int(whole) + 1), count - 1))
        firstWeight.append(Int32(((1 - share) * 2048).rounded(.toNearestOrEven)))
        secondWeight.append(Int32((share * 2048).rounded(.toNearestOrEven)))
      }
    }
  }
}
