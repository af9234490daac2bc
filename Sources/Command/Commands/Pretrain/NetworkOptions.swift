import ArgumentParser
import ModelSurgery
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

/// A checkpoint of a run, or of Coral's training script.
struct CheckpointOptions: ParsableArguments {
  @Argument(
    help: """
      Checkpoint of a run, or TensorFlow checkpoint of Coral's mobilenet_v1_l2norm_train.py; or the folder of either.
      """)
  var checkpoint: String

  @Option(help: ArgumentHelp("Width and height of the input. (default: as trained, or 224)", valueName: "pixels"))
  var side: Int?

  @Option(
    help: ArgumentHelp(
      "Type of the quantised network. Needs a checkpoint with fake quantisation. (default: as trained)",
      valueName: "type"))
  var quantize: WeightGrid?

  /// The path.
  var url: URL { URL(filePath: checkpoint) }

  /// Returns the checkpoint.
  ///
  /// - Parameter labels: The names of the classes of a TensorFlow checkpoint, or none.
  func read(labels: [String] = []) throws -> Checkpoint {
    let found = try Checkpoint(at: url, side: side, labels: labels)
    return try quantize.map { try found.quantized(on: $0, path: url.relativePath) } ?? found
  }
}

/// Quantisation-aware training.
struct QuantisationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Train for uint8 (Coral, Edge TPU) or int8 (processors).", valueName: "type"))
  var quantize: WeightGrid?

  @Option(
    help: ArgumentHelp(
      "Start fake quantisation after n epochs. (default: two thirds of all, or at once with --freeze-base)",
      valueName: "n"))
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

  /// Returns the settings for a run of a length in epochs.
  func settings(length: Double, isBaseFrozen: Bool) -> FakeQuantizationSettings? {
    quantize.map { grid in
      let usual = length < 2 ? length * 2 / 3 : (length * 2 / 3).rounded(.down)
      let delay = quantizeDelay ?? (isBaseFrozen ? 0 : usual)
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

  @Option(help: ArgumentHelp("Number of steps, instead of epochs.", valueName: "n"))
  var steps: Int?

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

  func validate() throws {
    guard steps == nil || epochs == nil else { throw ValidationError("--steps and --epochs exclude each other") }
    if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it takes a number from 1") }
  }

  /// Returns the length of the run in epochs.
  ///
  /// - Parameters:
  ///   - isBaseFrozen: Whether the base is frozen.
  ///   - pictures: The number of training pictures.
  func length(isBaseFrozen: Bool, pictures: Int) -> Double {
    if let steps { return Double(steps) / Double(max(1, pictures / max(1, batchSize))) }
    return Double(epochs ?? (isBaseFrozen ? 30 : 10))
  }

  /// Returns the learning rate and its schedule.
  func rate(isBaseFrozen: Bool, isProjected: Bool) -> LearningRate {
    let usual = isBaseFrozen ? (isProjected ? 0.02 : 0.5) : optimizer == .sgd ? 0.01 : 0.001
    return LearningRate(peak: learningRate ?? usual, schedule: schedule.schedule, warmUp: warmUp)
  }
}
