import ModelSurgery

/// The settings of a training run.
///
/// Together with the pretrained weights, the pictures and the number of threads, they determine every bit of the result.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// The name of the base's architecture, such as `mobilenet-v1-1.0`.
  public var architecture: String
  /// The width and height of the pictures in pixels.
  public var side: Int
  /// The head on the base.
  public var head: HeadSettings
  /// The number of epochs.
  public var epochs: Int
  /// The number of steps after which the run ends, if that is before the last epoch's end; nil for whole epochs.
  public var steps: Int?
  /// The number of pictures in a batch.
  public var batchSize: Int
  /// The optimiser.
  public var optimizer: OptimizerSettings
  /// The learning rate.
  public var rate: LearningRate
  /// The weight decay of pointwise and full convolutions and of the projection, per step and unit of the learning rate.
  public var weightDecay: Double
  /// The fraction of each label that is spread over all classes.
  public var labelSmoothing: Double
  /// The decay of the weights' moving averages, which are evaluated and exported instead of the weights; nil for none.
  public var averageDecay: Double?
  /// The momentum of the running statistics of batch normalisation: how far a step moves them towards the statistics of its
  /// batch. At step t it is at least 9 / (10 + t).
  public var statisticsMomentum: Double
  /// Whether only the head is trained.
  public var isBaseFrozen: Bool
  /// Quantisation-aware training, or nil for none.
  public var fakeQuantization: FakeQuantizationSettings?
  /// The random augmentation of the training pictures; a frozen base does not use it.
  public var augmentation: RandomAugmentation
  /// The seed of all random numbers.
  public var seed: UInt64

  // The names in checkpoints.
  private enum CodingKeys: String, CodingKey {
    case architecture, side, head, epochs, steps, batchSize, optimizer, rate, weightDecay, labelSmoothing
    case averageDecay, statisticsMomentum, isBaseFrozen
    case fakeQuantization = "rounding"
    case augmentation, seed
  }

  public init(
    architecture: String, side: Int, head: HeadSettings = HeadSettings(), epochs: Int = 10, steps: Int? = nil,
    batchSize: Int = 16,
    optimizer: OptimizerSettings = .sgd(momentum: 0.9, isNesterov: false),
    rate: LearningRate = LearningRate(peak: 0.01), weightDecay: Double = 4e-5, labelSmoothing: Double = 0,
    averageDecay: Double? = nil, statisticsMomentum: Double = 0.01, isBaseFrozen: Bool = false,
    fakeQuantization: FakeQuantizationSettings? = nil, augmentation: RandomAugmentation = RandomAugmentation(),
    seed: UInt64 = 0
  ) {
    self.architecture = architecture
    self.side = side
    self.head = head
    self.epochs = epochs
    self.steps = steps
    self.batchSize = batchSize
    self.optimizer = optimizer
    self.rate = rate
    self.weightDecay = weightDecay
    self.labelSmoothing = labelSmoothing
    self.averageDecay = averageDecay
    self.statisticsMomentum = statisticsMomentum
    self.isBaseFrozen = isBaseFrozen
    self.fakeQuantization = fakeQuantization
    self.augmentation = augmentation
    self.seed = seed
  }

  /// Returns the base for pictures of ``side`` pixels.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``.
  func base() throws(TrainingError) -> Architecture {
    guard let found = Architecture(name: architecture) else {
      throw .unknownArchitecture(architecture, known: Architecture.known.map(\.name))
    }
    return found.with(side: Int32(clamping: side)).base
  }

  /// Returns the number of steps of the run.
  ///
  /// The settings may be those of a damaged checkpoint, with any numbers.
  func stepCount(stepsPerEpoch: Int) -> Int {
    let (whole, isTooLong) = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
    return min(steps ?? .max, isTooLong ? .max : whole)
  }

  /// Returns the length of the run in epochs.
  func length(stepsPerEpoch: Int) -> Double { Double(stepCount(stepsPerEpoch: stepsPerEpoch)) / Double(stepsPerEpoch) }

  /// Returns whether the settings differ from others only in the length of the run.
  func matchApartFromLength(_ other: TrainingSettings) -> Bool {
    var other = other
    (other.epochs, other.steps) = (epochs, steps)
    return self == other
  }

  /// Returns the names of the settings that differ from the other settings.
  func differences(from other: TrainingSettings) -> [String] {
    zip(Mirror(reflecting: self).children, Mirror(reflecting: other).children).compactMap { own, theirs in
      "\(own.value)" == "\(theirs.value)" ? nil : own.label
    }
  }
}

/// The head that is trained on the base: the head of Qi, Brown and Lowe (CVPR 2018).
///
/// scores = softmax(s W x), where x is P e + b divided by its length, e is the base's embedding, and the rows of W have
/// length 1.
public struct HeadSettings: Sendable, Hashable, Codable {
  /// The number of rows of P, or nil for no projection. The projection is a linear layer, so that embeddings can be
  /// negative.
  public var projection: Int?
  /// Whether the projection has the biases b, as in checkpoints of Coral's script.
  public var hasProjectionBiases = false
  /// The scale s at the start of training.
  public var scale: Float
  /// The dropout rate of the elements of P e.
  public var dropout: Double

  public init(projection: Int? = nil, scale: Float = 10, dropout: Double = 0) {
    self.projection = projection
    self.scale = scale
    self.dropout = dropout
  }

  private enum CodingKeys: CodingKey {
    case projection, hasProjectionBiases, scale, dropout
  }

  /// Decodes settings; those of older checkpoints have no biases.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    projection = try values.decodeIfPresent(Int.self, forKey: .projection)
    hasProjectionBiases = try values.decodeIfPresent(Bool.self, forKey: .hasProjectionBiases) ?? false
    scale = try values.decode(Float.self, forKey: .scale)
    dropout = try values.decode(Double.self, forKey: .dropout)
  }

  /// Encodes settings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(projection, forKey: .projection)
    if hasProjectionBiases { try values.encode(true, forKey: .hasProjectionBiases) }
    try values.encode(scale, forKey: .scale)
    try values.encode(dropout, forKey: .dropout)
  }
}

extension TrainingSettings {
  /// Checks that all settings are valid.
  ///
  /// - Throws: ``TrainingError/badSetting(_:because:)``, ``TrainingError/unknownArchitecture(_:known:)``,
  ///   ``RandomAugmentationError``.
  public func check() throws {
    _ = try base()
    try augmentation.check()
    try require(side >= 32 && side <= 1024, "the picture side", "\(side) is not in 32 … 1024")
    try require(epochs >= 1 && epochs <= 100_000, "the number of epochs", "\(epochs) is not in 1 … 100000")
    if let steps {
      try require(steps >= 1 && steps <= 1_000_000_000, "the number of steps", "\(steps) is not in 1 … 1000000000")
    }
    try require(batchSize >= 1, "the batch size", "\(batchSize) is less than 1")
    try require(rate.peak > 0 && rate.peak.isFinite, "the learning rate", "\(rate.peak) is not a number above 0")
    try require(rate.schedule.isValid, "the schedule of the learning rate", "one of its numbers is out of range")
    try require(
      optimizer.isValid, "the optimiser", "its momentum or its decay is not in 0 ..< 1, or its ε is not above 0")
    try require(rate.warmUp >= 0 && rate.warmUp.isFinite, "the warm-up", "\(rate.warmUp) is not a number of at least 0")
    try require(weightDecay >= 0 && weightDecay < 1, "the weight decay", "\(weightDecay) is not in 0 ..< 1")
    try require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing", "\(labelSmoothing) is not in 0 ..< 1")
    try require(
      statisticsMomentum > 0 && statisticsMomentum <= 1, "the momentum of batch statistics",
      "\(statisticsMomentum) is not above 0 and at most 1")
    if let averageDecay {
      try require(
        averageDecay >= 0 && averageDecay < 1, "the decay of weight averages", "\(averageDecay) is not in 0 ..< 1")
    }
    try require(head.scale > 0 && head.scale.isFinite, "the scale", "\(head.scale) is not a number above 0")
    try require(head.dropout >= 0 && head.dropout < 1, "dropout", "\(head.dropout) is not in 0 ..< 1")
    if let projection = head.projection {
      try require(projection >= 1 && projection <= 1 << 14, "the projection", "\(projection) is not in 1 … 16384")
    }
    if let fakeQuantization {
      try require(
        fakeQuantization.delay >= 0 && fakeQuantization.delay < Double(epochs),
        "the delay of quantisation-aware training",
        "\(fakeQuantization.delay) is not in 0 ..< \(epochs), the number of epochs")
      try require(
        fakeQuantization.freeze >= 0 && fakeQuantization.freeze.isFinite, "the epoch that freezes batch statistics",
        "\(fakeQuantization.freeze) is not a number of at least 0")
      try require(
        !isBaseFrozen || fakeQuantization.delay == 0, "the delay of quantisation-aware training",
        "it is \(fakeQuantization.delay), but a frozen base is quantised from the start")
    }
  }

  private func require(_ isFine: Bool, _ setting: String, _ reason: String) throws(TrainingError) {
    guard isFine else { throw .badSetting(setting, because: reason) }
  }
}
