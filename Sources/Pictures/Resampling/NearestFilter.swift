/// A filter that scales a picture by copying the nearest pixels.
///
/// Row (or column) `i` of `target` is row `floor((i + 0.5) * source / target)` of `source`, both counted in the
/// upright picture. Positions are accumulated step by step, as Pillow does, so that both give the same result: where a
/// position is an integer, the rounding of the sum decides.
struct NearestFilter {
  private let rows: [Int]
  private let columns: [Int]

  /// Computes the source rows and columns.
  ///
  /// - Parameters:
  ///   - source: The stored picture's size.
  ///   - target: The size of the scaled picture in the stored orientation.
  init(source: PixelSize, target: PixelSize, orientation: Orientation) {
    rows = Self.indices(source: source.height, target: target.height, mirrored: orientation.mirrorsRows)
    columns = Self.indices(source: source.width, target: target.width, mirrored: orientation.mirrorsColumns)
  }

  private static func indices(source: Int, target: Int, mirrored: Bool) -> [Int] {
    let step = Double(source) / Double(target)
    var position = step / 2
    let indices = (0..<target).map { _ in
      defer { position += step }
      return min(source - 1, Int(position))
    }
    return mirrored ? indices.reversed().map { source - 1 - $0 } : indices
  }

  /// Writes the scaled picture in the stored orientation as packed RGB bytes.
  ///
  /// - Parameter stride: The number of bytes from one target row to the next.
  func apply(
    to source: inout some RowSource, writing target: UnsafeMutableRawPointer, stride: Int
  ) throws(PictureError) {
    for (y, row) in rows.enumerated() {
      try source.prepare(row..<row + 1)
      let from = source.row(row)
      var to = target + y * stride
      for column in columns {
        to.copyMemory(from: from + column * 3, byteCount: 3)
        to += 3
      }
    }
  }
}
