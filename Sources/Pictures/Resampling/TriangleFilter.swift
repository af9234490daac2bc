/// Scales pictures, every source pixel counting in proportion to the area it covers: Pillow's `BILINEAR`.
///
/// Rows are blended first and the blended row's pixels then, both in 16-bit fixed point: a byte is the upper half of a
/// 16-bit number, and a weighted sum of such numbers is a sum of the upper halves of products. Each product is rounded
/// down, by half a unit in the mean, which is added back once.
///
/// The weights of the last geometry are kept, since pictures of one size come in series.
struct TriangleFilter {
  /// From which part of a picture to how many pixels.
  struct Geometry: Hashable {
    var source: Size
    var frame: Frame
    var target: Size

    /// The largest reduction along an axis: beyond it, what is added back would not fit into 16 bits.
    static let largestScale = 60.0
  }

  private let geometry: Geometry
  private let vertical: AxisWeights
  private let horizontal: PixelBlend
  private let columns: Range<Int>

  init(_ geometry: Geometry) {
    self.geometry = geometry
    let frame = geometry.frame
    vertical = AxisWeights(
      start: frame.top, length: frame.height, source: geometry.source.height, target: geometry.target.height)
    let across = AxisWeights(
      start: frame.left, length: frame.width, source: geometry.source.width, target: geometry.target.width)
    columns = (across.starts.first ?? 0)..<(zip(across.starts, across.counts).map { $0 + $1 }.max() ?? 0)
    horizontal = PixelBlend(across, origin: columns.lowerBound)
  }

  /// Whether this filter is for that geometry.
  func serves(_ other: Geometry) -> Bool { geometry == other }

  /// The most source rows that are needed at once.
  var window: Int { vertical.most }

  /// Writes the scaled picture as packed RGB bytes.
  ///
  /// - Parameters:
  ///   - stride: The bytes from one target row to the next.
  ///   - scratch: Memory that nobody else uses meanwhile.
  func apply(
    to rows: inout some RowSource, writing target: UnsafeMutableRawPointer, stride: Int, scratch: Memory
  ) throws(PictureError) {
    let count = columns.count * 3
    let capacity = count + 15 + horizontal.margin
    let line = scratch.bytes(capacity * 2)
    line.initializeMemory(as: UInt16.self, repeating: 0, count: capacity)
    var blend = RowBlend(capacity: vertical.most)
    for y in 0..<geometry.target.height {
      let first = vertical.starts[y]
      let window = first..<first + vertical.counts[y]
      try rows.prepare(window)
      blend.clear()
      for (k, row) in window.enumerated() {
        blend.add(rows.row(row) + columns.lowerBound * 3, weight: vertical.weights[y * vertical.most + k])
      }
      blend.write(to: line, count: count)
      horizontal.apply(to: line, writing: target + y * stride)
    }
  }
}
