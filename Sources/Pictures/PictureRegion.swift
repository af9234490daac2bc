/// A part of an upright picture, in fractions of the picture's width and height from its upper left corner.
///
/// What is read of it is stretched to the tensor's size, filtered with a triangle as wide as the reduction asks for
/// (Pillow's `BILINEAR` with a `box`), whatever ``Resize`` the reader has.
public struct PictureRegion: Sendable, Hashable {
  /// Where it begins: 0 is the picture's left edge, 1 its right one.
  public var left: Double
  /// Where it begins: 0 is the picture's upper edge, 1 its lower one.
  public var top: Double
  /// How much of the picture's width it takes, more than 0.
  public var width: Double
  /// How much of the picture's height it takes, more than 0.
  public var height: Double

  /// Chooses the part of a picture to read by the picture's size in pixels, once it stands upright; `nil` leaves it to
  /// the reader's ``Resize``. It may be asked more than once for a picture and must give the same each time.
  public typealias Choice = (_ width: Int, _ height: Int) -> PictureRegion?

  /// A part of a picture; reading one that is not within the picture is an error.
  public init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  /// The part of a picture of `size`, in its pixels.
  ///
  /// - Throws: ``PictureError/impossibleRegion(_:)``.
  func frame(in size: Size) throws(PictureError) -> Frame {
    // Fractions of a number of pixels need not add up to exactly 1.
    let end = 1 + 1e-9
    guard left >= 0, top >= 0, width > 0, height > 0, left + width <= end, top + height <= end else {
      throw .impossibleRegion(self)
    }
    return Frame(
      left: left * Double(size.width), top: top * Double(size.height), width: width * Double(size.width),
      height: height * Double(size.height))
  }
}

extension PictureRegion: CustomStringConvertible {
  /// Width, height and where it begins, such as `0.5x0.25 at (0.1, 0.2)`.
  public var description: String { "\(width)x\(height) at (\(left), \(top))" }
}
