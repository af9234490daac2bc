/// The part of a camera's frame that a network sees: a turn by quarters and a reflection, as for a camera that hangs upside
/// down or looks into a mirror, and then a window of the turned frame.
public struct PictureView: Sendable, Hashable {
  /// The whole picture as it is.
  public static let whole = PictureView()

  /// The number of quarter turns clockwise, 0 ... 3.
  public let quarterTurns: Int
  /// Whether the turned picture is mirrored, left for right.
  public let isMirrored: Bool
  /// The window of the turned picture; nil for all of it.
  public let window: PictureWindow?

  /// Makes a view.
  ///
  /// - Parameters:
  ///   - quarterTurns: The number of quarter turns clockwise; negative ones turn to the left.
  ///   - isMirrored: Whether to mirror the turned picture, left for right.
  ///   - window: The window of the turned picture; nil for all of it.
  public init(quarterTurns: Int = 0, isMirrored: Bool = false, window: PictureWindow? = nil) {
    self.quarterTurns = (quarterTurns % 4 + 4) % 4
    self.isMirrored = isMirrored
    self.window = window
  }

  /// The orientation of a stored picture that the turn brings upright.
  var orientation: Orientation {
    let turned: Orientation =
      switch quarterTurns {
      case 1: .turnedLeft
      case 2: .upsideDown
      case 3: .turnedRight
      default: .upright
      }
    return isMirrored ? turned.followed(by: .mirrored) : turned
  }
}

/// A rectangle of a picture in pixels, or in shares of its width and height. `Resize` applies to what is in it, `linear` in
/// place of `nearest`.
public struct PictureWindow: Sendable, Hashable {
  /// The left upper corner, the width and the height.
  public let x, y, width, height: Double
  /// Whether the numbers are shares of the picture's width and height; otherwise they are pixels.
  public let isInShares: Bool

  /// Makes a window; numbers of at most 1 are shares of the picture's width and height, others are pixels.
  ///
  /// - Returns: nil if a number is negative or not finite, the window is empty, or a share is beyond the picture.
  public init?(x: Double, y: Double, width: Double, height: Double) {
    let numbers = [x, y, width, height]
    guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 && $0 <= Double(DecodingLimits.side) }), width > 0, height > 0
    else {
      return nil
    }
    isInShares = numbers.allSatisfy { $0 <= 1 }
    if isInShares, x + width > 1 + 1e-9 || y + height > 1 + 1e-9 { return nil }
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// Returns the size of the window in a picture of a size.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)`` where nothing of it lies in the picture.
  public func size(width: Int, height: Int) throws(PictureError) -> (width: Int, height: Int) {
    let size = try area(in: PixelSize(width: width, height: height)).size
    return (size.width, size.height)
  }

  /// Returns the window's pixels in a picture of `size`: as much of it as lies in the picture.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)`` where nothing of it does.
  func area(in size: PixelSize) throws(PictureError) -> (left: Int, top: Int, size: PixelSize) {
    let scale: (x: Double, y: Double) = isInShares ? (Double(size.width), Double(size.height)) : (1, 1)
    func bound(_ number: Double, _ limit: Int) -> Int { min(limit, max(0, Int(number.rounded()))) }
    let (left, top) = (bound(x * scale.x, size.width), bound(y * scale.y, size.height))
    let right = bound((x + width) * scale.x, size.width)
    let bottom = bound((y + height) * scale.y, size.height)
    guard right > left, bottom > top else {
      let (width, height) = (Double(size.width), Double(size.height))
      throw .impossibleRegion(
        isInShares
          ? PictureRegion(left: x, top: y, width: self.width, height: self.height)
          : PictureRegion(left: x / width, top: y / height, width: self.width / width, height: self.height / height))
    }
    return (left, top, PixelSize(width: right - left, height: bottom - top))
  }
}
