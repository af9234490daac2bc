/// The way to scale a picture of any size to the width and height of a tensor.
///
/// `crop`, `squash` and `pad` filter with a triangle as wide as the reduction (Pillow's `BILINEAR`), so every source
/// pixel of the area counts; `linear` blends the four nearest pixels, and `nearest` copies the nearest one.
public enum Resize: Sendable, Hashable {
  /// The largest centred rectangle of the tensor's proportions, its sides multiplied by `fraction`. For a square tensor
  /// that is the largest centred square.
  ///
  /// `fraction` is greater than 0 and at most 1; reading with any other is an error.
  case crop(fraction: Double)
  /// The whole picture, stretched to the tensor's size.
  case squash
  /// The whole picture in its own proportions, centred between black bars. An odd column or row goes to the right or
  /// below.
  case pad
  /// The whole picture, stretched with a blend of the four nearest pixels, however much it is reduced: the bytes of
  /// OpenCV's `INTER_LINEAR`, with which Frigate resizes.
  case linear
  /// The whole picture, stretched without filtering: row (or column) `i` of `target` comes from row
  /// `floor((i + 0.5) * source / target)` of `source`, positions accumulated step by step as in Pillow.
  case nearest

  /// The largest centred crop, the usual choice.
  public static let crop = Resize.crop(fraction: 1)
}

extension Resize: LosslessStringConvertible {
  /// The words that ``init(_:)`` reads, for an error message.
  public static let words = "crop, crop:FRACTION (such as crop:0.875), squash, pad, linear or nearest"

  /// Reads `crop`, `crop:0.875` (any fraction greater than 0 and at most 1), `squash`, `pad`, `linear` or `nearest`;
  /// returns `nil` for other text.
  public init?(_ description: String) {
    switch description {
    case "crop": self = .crop
    case "squash": self = .squash
    case "pad": self = .pad
    case "linear": self = .linear
    case "nearest": self = .nearest
    default:
      guard description.hasPrefix("crop:"), let fraction = Double(description.dropFirst("crop:".count)),
        fraction > 0, fraction <= 1
      else { return nil }
      self = .crop(fraction: fraction)
    }
  }

  public var description: String {
    switch self {
    case .crop(fraction: 1): "crop"
    case .crop(let fraction): "crop:\(fraction)"
    case .squash: "squash"
    case .pad: "pad"
    case .linear: "linear"
    case .nearest: "nearest"
    }
  }
}

/// A part of an upright picture, in fractions of the picture's width and height from its upper left corner.
///
/// It is stretched to the tensor's size, filtered with a triangle as wide as the reduction (Pillow's `BILINEAR` with a
/// `box`), whatever ``Resize`` the reader has.
public struct PictureRegion: Sendable, Hashable {
  /// The left edge: 0 is the picture's left edge, 1 its right edge.
  public var left: Double
  /// The upper edge: 0 is the picture's upper edge, 1 its lower edge.
  public var top: Double
  /// The fraction of the picture's width, greater than 0.
  public var width: Double
  /// The fraction of the picture's height, greater than 0.
  public var height: Double

  /// A function that chooses the part of a picture to read from the upright picture's size in pixels; `nil` leaves the
  /// choice to the reader's ``Resize``. It may be called several times for a picture and must return the same each
  /// time.
  public typealias Choice = (_ width: Int, _ height: Int) -> PictureRegion?

  /// Makes a region; reading a region that is not within the picture is an error.
  public init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  /// Returns the region of a picture of `size` in pixels.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  func area(in size: PixelSize) throws(PictureError) -> SourceArea {
    // Fractions computed from pixels may add up to slightly more than 1.
    let end = 1 + 1e-9
    guard left >= 0, top >= 0, width > 0, height > 0, left + width <= end, top + height <= end else {
      throw .impossibleRegion(self)
    }
    return SourceArea(
      left: left * Double(size.width), top: top * Double(size.height), width: width * Double(size.width),
      height: height * Double(size.height))
  }
}

extension PictureRegion: CustomStringConvertible {
  /// Width, height and upper left corner, such as `0.5x0.25 at (0.1, 0.2)`.
  public var description: String { "\(width)x\(height) at (\(left), \(top))" }
}
