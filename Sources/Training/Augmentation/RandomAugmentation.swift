import Heads
import Pictures
public import Platform

/// The random augmentation of training pictures: crops, mirroring and colour distortion.
///
/// The draw for a picture depends only on the seed, the epoch and the example. It is therefore the same on any number of
/// threads, and in a resumed run.
public struct RandomAugmentation: Sendable, Hashable, Codable {
  /// The random crop; nil resizes pictures as in evaluation.
  public var crop: RandomCrop?
  /// Whether pictures are mirrored left to right with probability 1/2.
  public var isMirroring: Bool
  /// The colour distortion; nil for none.
  public var colours: ColourDistortion?

  /// Creates an augmentation, by default the one of TF-Slim's Inception networks.
  public init(
    crop: RandomCrop? = RandomCrop(), isMirroring: Bool = true, colours: ColourDistortion? = ColourDistortion()
  ) {
    self.crop = crop
    self.isMirroring = isMirroring
    self.colours = colours
  }

  /// No augmentation.
  public static let none = RandomAugmentation(crop: nil, isMirroring: false, colours: nil)

  /// Draws the augmentation of an example in an epoch.
  func draw(seed: UInt64, epoch: Int, example: Int) -> AugmentationDraw {
    var generator = SplitMix64(seed: seed, for: .augmentation, epoch: epoch, example: example)
    let isMirrored = Bool.random(using: &generator) && isMirroring
    let changes = colours?.draw(using: &generator) ?? []
    return AugmentationDraw(isMirrored: isMirrored, changes: changes, crop: crop, generator: generator)
  }

  /// Throws ``RandomAugmentationError`` if a setting is out of range.
  public func check() throws(RandomAugmentationError) {
    try crop?.check()
    try colours?.check()
  }
}

/// The augmentation of one picture.
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

  /// Returns the crop of a picture of the given size, the same in every call, or nil for none.
  func region(width: Int, height: Int) -> PictureRegion? {
    var generator = generator
    return crop?.draw(width: width, height: height, using: &generator)
  }

  /// Mirrors a picture and distorts its colours.
  ///
  /// - Parameters:
  ///   - pixels: RGB bytes in the order `[height][width][3]`.
  ///   - width: The number of pixels in a row.
  func finish(_ pixels: UnsafeMutableRawBufferPointer, width: Int) {
    if isMirrored { Self.mirror(pixels, width: width) }
    ColourChange.apply(changes, in: pixels)
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

/// A setting of a ``RandomAugmentation`` that is out of range.
public struct RandomAugmentationError: DescribedError {
  /// Distinguishes the errors.
  public enum Code: String, Sendable {
    case badArea, badAspect, badTries, badColours
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
    remedy = nil
  }

  /// ``RandomCrop/area`` is not within 0...1, or starts at 0.
  public static func badArea(_ area: ClosedRange<Double>) -> Self {
    Self(.badArea, "a random crop cannot cover \(area) of a picture's area: the range must be above 0 and at most 1")
  }

  /// ``RandomCrop/aspect`` is not within 0.01...100.
  public static func badAspect(_ aspect: ClosedRange<Double>) -> Self {
    Self(.badAspect, "a random crop cannot have the aspect ratio \(aspect): the range must be within 0.01...100")
  }

  /// ``RandomCrop/tries`` is not within 1...1000.
  public static func badTries(_ tries: Int) -> Self {
    Self(.badTries, "a random crop cannot be drawn \(tries) times: the number must be 1 to 1000")
  }

  /// A setting of ``ColourDistortion`` is not within 0...`most`.
  public static func badColours(_ name: String, _ value: Double, most: Double) -> Self {
    Self(.badColours, "the \(name) cannot be distorted by \(value): the value must be 0 to \(most)")
  }
}
