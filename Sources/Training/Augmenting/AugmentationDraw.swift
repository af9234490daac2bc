import Heads
import Pictures

/// What is done to one picture.
struct AugmentationDraw {
  let isMirrored: Bool
  let changes: [ColourChange]
  private let crop: RandomCrop?
  private let generator: SplitMix64

  init(isMirrored: Bool, changes: [ColourChange], crop: RandomCrop?, generator: SplitMix64) {
    self.isMirrored = isMirrored
    self.changes = changes
    self.crop = crop
    self.generator = generator
  }

  /// The part of a picture of so many pixels that is shown; the same whenever it is asked.
  func region(width: Int, height: Int) -> PictureRegion? {
    var generator = generator
    return crop?.draw(width: width, height: height, using: &generator)
  }

  /// Mirrors a picture and changes its colours.
  ///
  /// - Parameters:
  ///   - pixels: RGB bytes in the order `[height][width][3]`.
  ///   - width: Pixels in a row.
  func finish(_ pixels: UnsafeMutableRawBufferPointer, width: Int) {
    if isMirrored { Self.mirror(pixels, width: width) }
    ColourChange.make(changes, in: pixels)
  }

  private static func mirror(_ pixels: UnsafeMutableRawBufferPointer, width: Int) {
    for row in stride(from: 0, to: pixels.count, by: 3 * width) {
      var left = row
      var right = row + 3 * (width - 1)
      while left < right {
        for channel in 0..<3 { pixels.swapAt(left + channel, right + channel) }
        left += 3
        right -= 3
      }
    }
  }
}
