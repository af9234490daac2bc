import ArgumentParser
import ModelSurgery
import Training

/// The network and its head.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Architecture: \(Architecture.known.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var architecture = Architecture.mobileNetV1().name

  @Option(help: ArgumentHelp("Width and height of the input. (default: the architecture's)", valueName: "pixels"))
  var side: Int?

  @Option(
    help: ArgumentHelp(
      """
      Add a linear layer with n outputs before the normalisation, so that embeddings can be negative, which helps to \
      imprint classes beside the trained ones. The best n is the number of outputs of the base.
      """, valueName: "n"))
  var projection: Int?

  @Option(help: ArgumentHelp("Initial scale of the cosines. Training changes it.", valueName: "factor"))
  var scale: Float = 10

  @Option(help: ArgumentHelp("Dropout rate of the embedding.", valueName: "rate"))
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

/// Quantisation-aware training.
struct QuantisationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Train for uint8 (Coral, Edge TPU) or int8 (processors).", valueName: "type"))
  var quantize: WeightGrid?

  @Option(help: ArgumentHelp("Start fake quantisation after n epochs. (default: two thirds of all)", valueName: "n"))
  var quantizeDelay: Double?

  @Option(
    help: ArgumentHelp(
      "Freeze the batch-normalisation statistics after n epochs. (default: with fake quantisation)", valueName: "n"))
  var freezeBatchNorm: Double?

  func validate() throws {
    guard quantize != nil || quantizeDelay == nil && freezeBatchNorm == nil else {
      throw ValidationError("--quantize-delay and --freeze-batch-norm require --quantize")
    }
  }

  /// Returns the settings for a number of epochs.
  func settings(epochs: Int) -> FakeQuantizationSettings? {
    quantize.map { grid in
      let delay = quantizeDelay ?? (Double(epochs) * 2 / 3).rounded(.down)
      return FakeQuantizationSettings(grid: grid, delay: delay, freeze: freezeBatchNorm ?? delay)
    }
  }
}

/// Random augmentation of the training pictures.
struct AugmentationOptions: ParsableArguments {
  @Flag(help: "Train on the pictures without random augmentation.")
  var noAugmentation = false

  @Option(help: ArgumentHelp("Smallest area of a random crop; 1 for no crops.", valueName: "fraction"))
  var cropArea = 0.35

  @Flag(inversion: .prefixedNo, help: "Mirror half of the pictures at random.")
  var flip = true

  @Option(
    help: ArgumentHelp("Strength of colour distortion; 1 as in TensorFlow's slim, 0 for none.", valueName: "strength"))
  var colour = 0.5

  func validate() throws {
    guard cropArea > 0, cropArea <= 1 else {
      throw ValidationError("--crop-area is \(cropArea); it takes a number greater than 0 and at most 1")
    }
    guard colour >= 0, colour <= 2 else {
      throw ValidationError("--colour is \(colour); it takes a number from 0 to 2")
    }
  }

  /// The augmentation.
  var augmentation: RandomAugmentation {
    guard !noAugmentation else { return .none }
    return RandomAugmentation(
      crop: cropArea < 1 ? RandomCrop(area: cropArea...1) : nil, isMirroring: flip,
      colours: colour > 0 ? ColourDistortion(strength: colour) : nil)
  }
}

/// The optimiser and its schedule.
struct OptimisationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Number of epochs. (default: 10, or 30 with --freeze-base)", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Pictures per step.", valueName: "n"))
  var batchSize = 16

  @Option(
    help: ArgumentHelp(
      """
      Peak learning rate. (default: 0.01 with sgd, 0.001 with rmsprop; with --freeze-base 0.5, or 0.02 with --projection)
      """, valueName: "rate"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "Learning-rate schedule: \(RateSchedule.words). END and FACTOR are fractions of the rate.", valueName: "schedule")
  )
  var schedule = RateSchedule(.cosine(end: 0))

  @Option(help: ArgumentHelp("Epochs of learning-rate warm-up.", valueName: "n"))
  var warmUp = 0.0

  @Option(help: ArgumentHelp("Optimiser.", valueName: "name"))
  var optimizer = OptimizerKind.sgd

  @Option(help: ArgumentHelp("Momentum.", valueName: "factor"))
  var momentum = 0.9

  @Flag(help: "Use Nesterov momentum with sgd.")
  var nesterov = false

  @Option(help: ArgumentHelp("Weight decay of the kernels.", valueName: "factor"))
  var weightDecay = 4e-5

  @Option(help: ArgumentHelp("Label smoothing.", valueName: "fraction"))
  var labelSmoothing = 0.1

  @Option(
    help: ArgumentHelp(
      "Use an exponential moving average of the weights with this decay, such as 0.999.", valueName: "decay"))
  var emaDecay: Double?

  @Option(help: ArgumentHelp("Momentum of the batch-normalisation statistics.", valueName: "factor"))
  var batchNormMomentum = 0.01

  @Option(help: ArgumentHelp("Seed of all random numbers.", valueName: "n"))
  var seed: UInt64 = 0

  /// The optimiser and its settings.
  var rule: OptimizerSettings {
    switch optimizer {
    case .sgd: .sgd(momentum: momentum, isNesterov: nesterov)
    case .rmsprop: .rmsProp(rho: 0.9, momentum: momentum, epsilon: 1)
    }
  }

  /// Returns the number of epochs.
  func epochs(isBaseFrozen: Bool) -> Int { epochs ?? (isBaseFrozen ? 30 : 10) }

  /// Returns the learning rate and its schedule.
  func rate(isBaseFrozen: Bool, isProjected: Bool) -> LearningRate {
    let usual = isBaseFrozen ? (isProjected ? 0.02 : 0.5) : optimizer == .sgd ? 0.01 : 0.001
    return LearningRate(peak: learningRate ?? usual, schedule: schedule.schedule, warmUp: warmUp)
  }
}
