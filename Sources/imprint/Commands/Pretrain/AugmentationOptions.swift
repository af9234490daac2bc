import ArgumentParser
import Training

/// How pictures are varied.
struct AugmentationOptions: ParsableArguments {
  @Flag(help: "Show all pictures as they are.")
  var noAugmentation = false

  @Option(help: "The least share of a picture that a random crop shows; 1 for no crops.")
  var cropArea = 0.35

  @Flag(inversion: .prefixedNo, help: "Mirror every second picture, by chance.")
  var flip = true

  @Option(help: "How much colours change: 1 is what TensorFlow's slim does, 0 nothing.")
  var colour = 0.5

  func validate() throws {
    guard cropArea > 0, cropArea <= 1 else { throw ValidationError("--crop-area is \(cropArea); it takes 0 < … ≤ 1") }
    guard colour >= 0, colour <= 2 else { throw ValidationError("--colour is \(colour); it takes 0 to 2") }
  }

  /// What the options say.
  var augmentation: RandomAugmentation {
    guard !noAugmentation else { return .none }
    return RandomAugmentation(
      crop: cropArea < 1 ? RandomCrop(area: cropArea...1) : nil, isMirroring: flip,
      colours: colour > 0 ? ColourDistortion(strength: colour) : nil)
  }
}
