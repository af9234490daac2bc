import Heads

/// How pictures are varied in training, so that a network sees none twice.
///
/// All that is drawn for a picture depends on the seed, the epoch and the example alone: it is the same on any number of
/// threads, and in a run that was stopped and goes on.
public struct RandomAugmentation: Sendable, Hashable, Codable {
  /// Which part of the picture is shown; nil shows it as in evaluation.
  public var crop: RandomCrop?
  /// Whether every second picture, by chance, is mirrored left to right.
  public var isMirroring: Bool
  /// How much the colours are changed; nil leaves them.
  public var colours: ColourDistortion?

  /// By default all of what TF-Slim does for its Inception networks.
  public init(
    crop: RandomCrop? = RandomCrop(), isMirroring: Bool = true, colours: ColourDistortion? = ColourDistortion()
  ) {
    self.crop = crop
    self.isMirroring = isMirroring
    self.colours = colours
  }

  /// Pictures as in evaluation.
  public static let none = RandomAugmentation(crop: nil, isMirroring: false, colours: nil)

  /// Draws what is done to an example's picture in an epoch.
  func draw(seed: UInt64, epoch: Int, example: Int) -> AugmentationDraw {
    var generator = SplitMix64(seed: seed, for: .augmentation, epoch: epoch, example: example)
    let isMirrored = Bool.random(using: &generator) && isMirroring
    let changes = colours?.draw(using: &generator) ?? []
    return AugmentationDraw(isMirrored: isMirrored, changes: changes, crop: crop, generator: generator)
  }

  /// Looks whether all settings are within their bounds.
  ///
  /// - Throws: ``RandomAugmentationError``.
  public func check() throws(RandomAugmentationError) {
    try crop?.check()
    try colours?.check()
  }
}
