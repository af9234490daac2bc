/// A filter that scales pictures with a triangle as wide as the reduction: Pillow's `BILINEAR`.
///
/// It blends rows first and then the pixels of the blended row, both in 16-bit fixed point: a byte is the upper half of
/// a 16-bit number, and a weighted sum of such numbers is a sum of the upper halves of products. Each product is
/// rounded down, by half a unit on average; one bias for the sum corrects that.
struct TriangleFilter {
  /// The area of a source picture and the size to scale it to.
  struct Geometry: Hashable {
    var source: PixelSize
    var area: SourceArea
    var target: PixelSize

    /// The largest reduction along an axis: beyond it the bias would not fit 16 bits.
    static let largestScale = 60.0
  }

  private let geometry: Geometry
  private let vertical: AxisWeights
  private let horizontal: ColumnBlend
  private let columns: Range<Int>

  init(_ geometry: Geometry) {
    self.geometry = geometry
    let area = geometry.area
    vertical = AxisWeights(
      start: area.top, length: area.height, source: geometry.source.height, target: geometry.target.height)
    let across = AxisWeights(
      start: area.left, length: area.width, source: geometry.source.width, target: geometry.target.width)
    columns = (across.starts.first ?? 0)..<(zip(across.starts, across.counts).map { $0 + $1 }.max() ?? 0)
    horizontal = ColumnBlend(across, origin: columns.lowerBound)
  }

  /// Returns whether this filter is for the geometry `other`.
  func serves(_ other: Geometry) -> Bool { geometry == other }

  /// The greatest number of source rows that a target row needs.
  var window: Int { vertical.most }

  /// Writes the scaled picture as packed RGB bytes.
  ///
  /// - Parameters:
  ///   - stride: The number of bytes from one target row to the next.
  ///   - scratch: A buffer for one blended row.
  func apply(
    to rows: inout some RowSource, writing target: UnsafeMutableRawPointer, stride: Int, scratch: ReusableBuffer
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

/// The weights of the source pixels for each target pixel along one axis: a triangle around the centre of the target
/// pixel, as wide as the reduction.
///
/// With `scale = length / target` and `support = max(scale, 1)`, target pixel `i` is centred on
/// `start + (i + 0.5) * scale`, and the weight of source pixel `j` is `max(0, 1 - |j + 0.5 - centre| / support)`,
/// divided by the sum over all pixels within the picture. Weights are in units of 1/65536.
struct AxisWeights {
  /// The first source pixel of each target pixel, in ascending order.
  private(set) var starts: [Int] = []
  /// The number of source pixels of each target pixel, at least one.
  private(set) var counts: [Int] = []
  /// The greatest number of source pixels of a target pixel.
  private(set) var most = 0
  /// The weights: ``most`` for each target pixel, the first `counts[i]` in use and the rest zero.
  private(set) var weights: [UInt16] = []

  /// Computes the weights.
  ///
  /// - Parameters:
  ///   - start: The start of the area to show, in source pixels.
  ///   - length: The length of that area.
  ///   - source: The number of source pixels, positive.
  ///   - target: The number of target pixels, positive.
  init(start: Double, length: Double, source: Int, target: Int) {
    let scale = length / Double(target)
    let support = max(scale, 1)
    most = min(source, Int(support * 2) + 2)
    starts.reserveCapacity(target)
    counts.reserveCapacity(target)
    weights = Array(repeating: 0, count: target * most)
    var triangle = Array(repeating: 0.0, count: most)
    for i in 0..<target {
      let centre = start + (Double(i) + 0.5) * scale
      let first = min(source - 1, max(0, Int(centre - support + 0.5)))
      let end = min(source, max(first + 1, min(first + most, Int(centre + support + 0.5))))
      var sum = 0.0
      for j in first..<end {
        let weight = max(0, 1 - abs(Double(j) + 0.5 - centre) / support)
        triangle[j - first] = weight
        sum += weight
      }
      starts.append(first)
      counts.append(end - first)
      fill(i, triangle[..<(end - first)], sum: sum)
    }
  }

  // Rounds running sums instead of weights, so that the weights of a pixel always add up to 65536 (65535 for a single
  // weight, the highest 16-bit number).
  private mutating func fill(_ i: Int, _ triangle: ArraySlice<Double>, sum: Double) {
    guard sum > 0 else {
      weights[i * most] = .max
      return
    }
    var running = 0.0
    var before = 0
    for (k, weight) in triangle.enumerated() {
      running += weight
      let now = Int((running / sum * 65536).rounded())
      weights[i * most + k] = UInt16(clamping: now - before)
      before = now
    }
  }
}
