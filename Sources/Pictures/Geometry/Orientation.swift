/// The turn or reflection that brings a stored picture upright: the eight orientations of EXIF.
///
/// Upright pixel (x, y) is stored pixel (x, y), or (y, x) where the orientation ``transposes``, counted from the right
/// where it ``mirrorsColumns`` and from below where it ``mirrorsRows``.
enum Orientation: Int, CaseIterable {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, turnedLeft, transversed, turnedRight

  /// Whether stored rows become upright columns.
  var transposes: Bool { rawValue >= Self.transposed.rawValue }

  /// Whether stored columns run from right to left.
  var mirrorsColumns: Bool {
    switch self {
    case .mirrored, .upsideDown, .transversed, .turnedRight: true
    case .upright, .flipped, .transposed, .turnedLeft: false
    }
  }

  /// Whether stored rows run from bottom to top.
  var mirrorsRows: Bool {
    switch self {
    case .upsideDown, .flipped, .turnedLeft, .transversed: true
    case .upright, .mirrored, .transposed, .turnedRight: false
    }
  }

  /// Returns the orientation that brings a picture upright as this one does, and turns it by another one then.
  func followed(by next: Orientation) -> Orientation {
    guard next != .upright else { return self }
    let columns = mirrorsColumns != (transposes ? next.mirrorsRows : next.mirrorsColumns)
    let rows = mirrorsRows != (transposes ? next.mirrorsColumns : next.mirrorsRows)
    let isTransposed = transposes != next.transposes
    return Self.allCases.first {
      $0.transposes == isTransposed && $0.mirrorsColumns == columns && $0.mirrorsRows == rows
    } ?? .upright
  }

  /// Returns the upright size for a stored size, and the stored size for an upright one.
  func turn(_ size: PixelSize) -> PixelSize { transposes ? size.turned : size }

  /// Returns the area of a stored picture of `size` that appears at `area` of the upright picture.
  func stored(_ area: SourceArea, of size: PixelSize) -> SourceArea {
    var stored = transposes ? area.transposed : area
    if mirrorsColumns { stored.left = Double(size.width) - stored.left - stored.width }
    if mirrorsRows { stored.top = Double(size.height) - stored.top - stored.height }
    return stored
  }

  /// Copies a stored picture of packed RGB pixels upright.
  ///
  /// - Parameters:
  ///   - stored: `size.width * size.height * 3` bytes.
  ///   - stride: The number of bytes from one upright row to the next.
  func copy(_ stored: UnsafeRawPointer, size: PixelSize, to upright: UnsafeMutableRawPointer, stride: Int) {
    let turned = turn(size)
    let rowStep = size.width * 3
    // The stored place of the upright upper left pixel, and the steps to its right and lower neighbours.
    let first = (mirrorsColumns ? rowStep - 3 : 0) + (mirrorsRows ? (size.height - 1) * rowStep : 0)
    let acrossColumns = mirrorsColumns ? -3 : 3
    let acrossRows = mirrorsRows ? -rowStep : rowStep
    let right = transposes ? acrossRows : acrossColumns
    let down = transposes ? acrossColumns : acrossRows
    for y in 0..<turned.height {
      var from = stored + first + y * down
      var to = upright + y * stride
      for _ in 0..<turned.width {
        to.copyMemory(from: from, byteCount: 3)
        from += right
        to += 3
      }
    }
  }
}
