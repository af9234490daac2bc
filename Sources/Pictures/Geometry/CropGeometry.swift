/// The area of an upright picture that is shown, and its place in the tensor.
struct CropGeometry {
  /// The area of the picture that is shown.
  private(set) var area: SourceArea
  /// The first column of its place in the tensor.
  let column: Int
  /// The first row of its place in the tensor.
  let row: Int
  /// The size of its place in the tensor.
  let size: PixelSize
  /// Whether to copy the nearest pixels instead of filtering.
  let isNearest: Bool
  /// Whether to blend the nearest pixels only, however much the picture is reduced.
  let isLinear: Bool

  /// Stretches an area over a whole tensor.
  init(stretching area: SourceArea, over target: PixelSize) {
    self.area = area
    (column, row, size) = (0, 0, target)
    (isNearest, isLinear) = (false, false)
  }

  /// Computes the geometry with which `resize` scales a picture of size `source` to size `target`. All sides are
  /// positive.
  init(_ resize: Resize, source: PixelSize, target: PixelSize) {
    let width = Double(source.width)
    let height = Double(source.height)
    (isNearest, isLinear) = (resize == .nearest, resize == .linear)
    switch resize {
    case .squash, .linear, .nearest:
      area = SourceArea(left: 0, top: 0, width: width, height: height)
      (column, row, size) = (0, 0, target)
    case .crop(let fraction):
      area = Self.crop(fraction, of: source, target: target)
      (column, row, size) = (0, 0, target)
    case .pad:
      area = SourceArea(left: 0, top: 0, width: width, height: height)
      let scale = min(Double(target.width) / width, Double(target.height) / height)
      size = PixelSize(
        width: min(target.width, max(1, Int((width * scale).rounded()))),
        height: min(target.height, max(1, Int((height * scale).rounded()))))
      column = (target.width - size.width) / 2
      row = (target.height - size.height) / 2
    }
  }

  /// Returns the geometry for a picture in which the area lies further right and down.
  func moved(right: Int, down: Int) -> CropGeometry {
    var geometry = self
    geometry.area.left += Double(right)
    geometry.area.top += Double(down)
    return geometry
  }

  /// Returns the largest centred area of the proportions of `target`, its sides multiplied by `fraction`.
  private static func crop(_ fraction: Double, of source: PixelSize, target: PixelSize) -> SourceArea {
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
    return SourceArea(
      left: (Double(source.width) - width) / 2, top: (Double(source.height) - height) / 2, width: width, height: height)
  }
}

/// The memory of a tensor, and the way to scale a picture to its size.
struct TargetTensor {
  let pixels: UnsafeMutableRawPointer
  let size: PixelSize
  let resize: Resize
  /// Chooses the part of the picture to show, in place of `resize`.
  let region: PictureRegion.Choice?
  /// Turns the upright picture further, and takes a window of it.
  let view: PictureView

  /// The number of bytes from one row to the next.
  var stride: Int { size.width * 3 }

  /// Returns the geometry for an upright picture of `source` pixels.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  func crop(_ source: PixelSize) throws(PictureError) -> CropGeometry {
    guard let region = region?(source.width, source.height) else {
      guard let window = try view.window?.area(in: source) else {
        return CropGeometry(resize, source: source, target: size)
      }
      // Nearest pixels are picked from the whole picture only.
      let resize = resize == .nearest ? .linear : resize
      return CropGeometry(resize, source: window.size, target: size).moved(right: window.left, down: window.top)
    }
    return CropGeometry(stretching: try region.area(in: source), over: size)
  }

  /// Makes all pixels black.
  func clear() { pixels.initializeMemory(as: UInt8.self, repeating: 0, count: stride * size.height) }
}

/// The geometry for a stored picture, before it is turned upright.
struct ResamplingGeometry {
  let orientation: Orientation
  /// The geometry of the upright picture.
  let crop: CropGeometry
  /// The area of the stored picture that is shown, in pixels of the rows that are resampled.
  private(set) var area: SourceArea

  /// Computes the geometry for a stored picture of `size`.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  init(_ size: PixelSize, orientation: Orientation, target: TargetTensor) throws(PictureError) {
    let orientation = orientation.followed(by: target.view.orientation)
    self.orientation = orientation
    crop = try target.crop(orientation.turn(size))
    area = orientation.stored(crop.area, of: size)
  }

  /// The size of the result before it is turned upright.
  var target: PixelSize { orientation.turn(crop.size) }

  /// Returns the geometry for the picture scaled to `x` times its width and `y` times its height.
  func scaled(x: Double, y: Double) -> ResamplingGeometry {
    var geometry = self
    geometry.area = area.scaled(x: x, y: y)
    return geometry
  }
}

/// A rectangle of a picture in fractional pixels from its upper left corner.
struct SourceArea: Hashable {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  /// The same rectangle of the transposed picture.
  var transposed: SourceArea { SourceArea(left: top, top: left, width: height, height: width) }

  /// Returns the same rectangle of the picture scaled to `x` times its width and `y` times its height.
  func scaled(x: Double, y: Double) -> SourceArea {
    SourceArea(left: left * x, top: top * y, width: width * x, height: height * y)
  }
}

/// A width and height in pixels.
struct PixelSize: Hashable {
  var width: Int
  var height: Int

  /// The size after a quarter turn.
  var turned: PixelSize { PixelSize(width: height, height: width) }
}
