import ArgumentParser
import ModelSurgery
import Training

/// Which network is trained, and with what on it.
struct NetworkOptions: ParsableArguments {
  @Option(help: "The base: \(Architecture.known.map(\.name).joined(separator: ", ")).")
  var architecture = Architecture.mobileNetV1().name

  @Option(help: "The width and the height of the pictures. (default: the architecture's own)")
  var side: Int?

  @Option(
    help: """
      Add a linear layer of so many outputs before the normalisation, which lets embeddings go negative: for classes that \
      are to be imprinted beside the trained ones. As many as the base has are best.
      """)
  var projection: Int?

  @Option(help: "What the cosines are multiplied by, before it is trained.")
  var scale: Float = 10

  @Option(help: "The share of the embedding's elements that are dropped at random.")
  var dropout = 0.0

  /// The settings of the head.
  var head: HeadSettings { HeadSettings(projection: projection, scale: scale, dropout: dropout) }

  /// The base.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``.
  func base() throws -> Architecture {
    guard let found = Architecture(name: architecture) else {
      throw TrainingError.unknownArchitecture(architecture, known: Architecture.known.map(\.name))
    }
    return found.with(side: side.map { Int32(clamping: $0) } ?? found.side)
  }
}

extension WeightGrid: ExpressibleByArgument {}

/// Training for whole numbers.
struct RoundingOptions: ParsableArguments {
  @Option(help: "Train for bytes: uint8 for Coral's tools and the Edge TPU, int8 for processors.")
  var quantize: WeightGrid?

  @Option(help: "After how many epochs rounding begins. (default: after two thirds of them)")
  var quantizeDelay: Double?

  @Option(help: "After how many epochs the statistics of batch normalisation stand still. (default: with the rounding)")
  var freezeStatistics: Double?

  func validate() throws {
    guard quantize != nil || quantizeDelay == nil && freezeStatistics == nil else {
      throw ValidationError("--quantize-delay and --freeze-statistics go with --quantize.")
    }
  }

  /// The settings for so many epochs.
  func settings(epochs: Int) -> RoundingSettings? {
    quantize.map { grid in
      let delay = quantizeDelay ?? (Double(epochs) * 2 / 3).rounded(.down)
      return RoundingSettings(grid: grid, delay: delay, freeze: freezeStatistics ?? delay)
    }
  }
}

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

/// How weights are brought down their gradients.
struct DescentOptions: ParsableArguments {
  @Option(help: "How often to go through all pictures. (default: 10, or 30 with a frozen base)")
  var epochs: Int?

  @Option(help: "How many pictures a step takes.")
  var batchSize = 16

  @Option(
    help: """
      The learning rate at its highest. (default: 0.01 with sgd, 0.001 with rmsprop; with a frozen base 0.5, or 0.02 under \
      a projection)
      """)
  var rate: Double?

  @Option(help: "How the rate falls: \(RateCourse.words).")
  var schedule = RateCourse(course: .cosine(end: 0))

  @Option(help: "Through how many epochs the rate grows at first.")
  var warmUp = 0.0

  @Option(help: "sgd or rmsprop.")
  var optimizer = OptimizerKind.sgd

  @Option(help: "How much of each step is the one before.")
  var momentum = 0.9

  @Flag(help: "With sgd, look ahead: Nesterov's momentum.")
  var nesterov = false

  @Option(help: "How much of themselves weights lose.")
  var weightDecay = 4e-5

  @Option(help: "The share of each label that is spread over all classes.")
  var labelSmoothing = 0.1

  @Option(help: "Keep averages of the weights that move so slowly, such as 0.999, and use those.")
  var average: Double?

  @Option(help: "How far the statistics of batch normalisation move in a step.")
  var statisticsMomentum = 0.01

  @Option(help: "Decides on all that is random.")
  var seed: UInt64 = 0

  /// The rule.
  var rule: OptimizerSettings {
    switch optimizer {
    case .sgd: .descent(momentum: momentum, isNesterov: nesterov)
    case .rmsprop: .rootMeanSquare(rho: 0.9, momentum: momentum, epsilon: 1)
    }
  }

  /// How often to go through all pictures, where a base is frozen or not.
  func epochs(isBaseFrozen: Bool) -> Int { epochs ?? (isBaseFrozen ? 30 : 10) }

  /// The rate, where a base is frozen or not, and has a projection or not.
  func learningRate(isBaseFrozen: Bool, isProjected: Bool) -> LearningRate {
    let usual = isBaseFrozen ? (isProjected ? 0.02 : 0.5) : optimizer == .sgd ? 0.01 : 0.001
    return LearningRate(peak: rate ?? usual, course: schedule.course, warmUp: warmUp)
  }
}
