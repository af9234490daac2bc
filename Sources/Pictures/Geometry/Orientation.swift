/// How a stored picture must be turned or mirrored to stand upright: EXIF's eight cases.
///
/// Upright pixel (x, y) is stored pixel (x, y), or (y, x) where the orientation ``transposes``, counted from the right
/// where it ``mirrorsColumns`` and from below where it ``mirrorsRows``.
enum Orientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, turnedLeft, transversed, turnedRight

  /// Whether stored rows are upright columns.
  var transposes: Bool { rawValue >= Self.transposed.rawValue }

  /// Whether stored columns run from right to left.
  var mirrorsColumns: Bool {
    switch self {
    case .mirrored, .upsideDown, .transversed, .turnedRight: true
    case .upright, .flipped, .transposed, .turnedLeft: false
    }
  }

  /// Whether stored rows run from the lowest to the uppermost.
  var mirrorsRows: Bool {
    switch self {
    case .upsideDown, .flipped, .turnedLeft, .transversed: true
    case .upright, .mirrored, .transposed, .turnedRight: false
    }
  }

  /// The size of the upright picture whose stored size is given, and the other way round.
  func turn(_ size: Size) -> Size { transposes ? size.turned : size }

  /// The part of a stored picture of `size` that is shown at `frame` once it stands upright.
  func stored(_ frame: Frame, of size: Size) -> Frame {
    var stored = transposes ? frame.transposed : frame
    if mirrorsColumns { stored.left = Double(size.width) - stored.left - stored.width }
    if mirrorsRows { stored.top = Double(size.height) - stored.top - stored.height }
    return stored
  }

  /// Copies a stored picture of packed RGB pixels to its upright place.
  ///
  /// - Parameters:
  ///   - stored: `size.width * size.height * 3` bytes.
  ///   - stride: The bytes from one upright row to the next.
  func copy(_ stored: UnsafeRawPointer, size: Size, to upright: UnsafeMutableRawPointer, stride: Int) {
    let turned = turn(size)
    let rowStep = size.width * 3
    // The stored pixel of the upper left one, and the steps to its right and lower neighbours.
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
