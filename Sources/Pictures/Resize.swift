/// How a picture of any shape becomes one of the wanted width and height.
///
/// `crop`, `squash` and `pad` filter with a triangle as wide as the reduction asks for (Pillow's `BILINEAR`), so every
/// source pixel inside the frame counts; `nearest` takes single pixels.
public enum Resize: Sendable, Hashable {
  /// The largest centred rectangle of the wanted proportions, its sides multiplied by `fraction`, scaled to the wanted
  /// size. For a square target that is the largest centred square.
  ///
  /// `fraction` is greater than 0 and at most 1; reading with any other is an error.
  case crop(fraction: Double)
  /// The whole picture, stretched to the wanted size.
  case squash
  /// The whole picture in its own proportions, centred between black bars; an odd column or row more goes right or below.
  case pad
  /// The whole picture, stretched without filtering: row (or column) `i` of `target` comes from row
  /// `floor((i + 0.5) * source / target)` of `source`, the positions added up step by step as Pillow does.
  case nearest

  /// The largest centred crop: the usual choice.
  public static let crop = Resize.crop(fraction: 1)
}

extension Resize: LosslessStringConvertible {
  /// The words that ``init(_:)`` understands, for a message to someone who used others.
  public static let words = "crop, crop:FRACTION (such as crop:0.875), squash, pad or nearest"

  /// Reads `crop`, `crop:0.875` (any fraction greater than 0 and at most 1), `squash`, `pad` or `nearest`; `nil` for
  /// anything else.
  public init?(_ description: String) {
    switch description {
    case "crop": self = .crop
    case "squash": self = .squash
    case "pad": self = .pad
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
    case .nearest: "nearest"
    }
  }
}
