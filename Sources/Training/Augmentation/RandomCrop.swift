import Heads
import Pictures

/// A random crop: TensorFlow's `sample_distorted_bounding_box` with the whole picture as the object.
///
/// Szegedy et al., "Going Deeper with Convolutions" (CVPR 2015).
public struct RandomCrop: Sendable, Hashable, Codable {
  /// The range of the crop's area, as a fraction of the picture's area.
  public var area: ClosedRange<Double>
  /// The range of the crop's aspect ratio, width over height in pixels.
  public var aspect: ClosedRange<Double>
  /// The maximum number of draws until a crop fits into the picture; if none does, the picture is resized as in evaluation.
  public var tries: Int

  /// - Parameters:
  ///   - area: Within 0...1, more than 0.
  ///   - aspect: Within 0.01...100.
  ///   - tries: Within 1...1000.
  public init(area: ClosedRange<Double> = 0.08...1, aspect: ClosedRange<Double> = 3 / 4...4 / 3, tries: Int = 100) {
    self.area = area
    self.aspect = aspect
    self.tries = tries
  }

  /// Draws a crop of whole pixels, or returns nil if none of the draws fits.
  ///
  /// The aspect ratio is drawn first, then one of the heights whose area is within the range, then the position.
  func draw(width: Int, height: Int, using generator: inout SplitMix64) -> PictureRegion? {
    let pixels = Double(width) * Double(height)
    let (least, most) = (area.lowerBound * pixels, area.upperBound * pixels)
    for _ in 0..<tries {
      let aspect = Double.random(in: aspect, using: &generator)
      let lowest = Int((least / aspect).squareRoot().rounded())
      let widest = Int((Double(width) + 0.5) / aspect)
      let highest = min(height, widest, Int((most / aspect).squareRoot().rounded()))
      let rows = Int.random(in: min(lowest, highest)...highest, using: &generator)
      let columns = Int((Double(rows) * aspect).rounded())
      let covered = Double(rows) * Double(columns)
      guard rows > 0, columns > 0, columns <= width, covered >= least, covered <= most else { continue }
      let top = Int.random(in: 0...height - rows, using: &generator)
      let left = Int.random(in: 0...width - columns, using: &generator)
      return PictureRegion(
        left: Double(left) / Double(width), top: Double(top) / Double(height),
        width: Double(columns) / Double(width), height: Double(rows) / Double(height))
    }
    return nil
  }

  /// Throws ``RandomAugmentationError`` if a setting is out of range.
  func check() throws(RandomAugmentationError) {
    guard area.lowerBound > 0, area.upperBound <= 1 else { throw .badArea(area) }
    guard aspect.lowerBound >= 0.01, aspect.upperBound <= 100 else { throw .badAspect(aspect) }
    guard (1...1000).contains(tries) else { throw .badTries(tries) }
  }
}
