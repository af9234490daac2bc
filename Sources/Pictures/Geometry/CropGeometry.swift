/// Which part of an upright picture goes to which part of the tensor.
struct Framing {
  /// The part of the picture that is shown.
  let frame: Frame
  /// Where it goes in the tensor: the first column and row, and how many of each.
  let column: Int
  let row: Int
  let size: Size
  /// Whether single pixels are taken, and nothing is filtered.
  let isNearest: Bool

  /// How a part of a picture is stretched over a tensor.
  init(stretching frame: Frame, over target: Size) {
    self.frame = frame
    (column, row, size) = (0, 0, target)
    isNearest = false
  }

  /// How `resize` brings a picture of `source` pixels to `target` pixels. All sides are positive.
  init(_ resize: Resize, source: Size, target: Size) {
    let width = Double(source.width)
    let height = Double(source.height)
    isNearest = resize == .nearest
    switch resize {
    case .squash, .nearest:
      frame = Frame(left: 0, top: 0, width: width, height: height)
      (column, row, size) = (0, 0, target)
    case .crop(let fraction):
      frame = Self.crop(fraction, of: source, target: target)
      (column, row, size) = (0, 0, target)
    case .pad:
      frame = Frame(left: 0, top: 0, width: width, height: height)
      let scale = min(Double(target.width) / width, Double(target.height) / height)
      size = Size(
        width: min(target.width, max(1, Int((width * scale).rounded()))),
        height: min(target.height, max(1, Int((height * scale).rounded()))))
      column = (target.width - size.width) / 2
      row = (target.height - size.height) / 2
    }
  }

  private static func crop(_ fraction: Double, of source: Size, target: Size) -> Frame {
    var width = Double(source.width)
    var height = Double(source.height)
    let wanted = Double(target.width) / Double(target.height)
    if width / height >= wanted {
      width = min(width, wanted * height)
    } else {
      height = min(height, width / wanted)
    }
    width *= fraction
    height *= fraction
    return Frame(
      left: (Double(source.width) - width) / 2, top: (Double(source.height) - height) / 2, width: width, height: height)
  }
}
