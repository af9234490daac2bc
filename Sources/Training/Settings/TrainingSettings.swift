/// All that decides what training makes of a network and a set of pictures.
///
/// Together with the starting point, the pictures and the number of threads it decides on every bit of the result.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// The base, by the name of its architecture, such as `mobilenet-v1-1.0`.
  public var architecture: String
  /// The width and the height of the pictures.
  public var side: Int
  /// What stands on the base.
  public var head: HeadSettings
  /// How often all pictures are gone through.
  public var epochs: Int
  /// How many pictures there are in a step.
  public var batchSize: Int
  /// How weights follow their gradients.
  public var optimizer: OptimizerSettings
  /// How far.
  public var rate: LearningRate
  /// d: how much of itself each weight of a pointwise or a full convolution, or of the projection, loses with a rate of 1.
  public var weightDecay: Double
  /// The share of each label that is spread over all classes.
  public var labelSmoothing: Double
  /// How slowly the averages move that are kept of the weights, and evaluated and exported; nil for none.
  public var averageDecay: Double?
  /// How far the statistics of batch normalisation move towards those of a batch, in a step; at step t of the first ones
  /// 9 / (10 + t), as long as that is more.
  public var statisticsMomentum: Double
  /// Whether only the head is trained; the embeddings of the pictures are then computed once.
  public var isBaseFrozen: Bool
  /// Training for whole numbers, or nil for none.
  public var rounding: RoundingSettings?
  /// How pictures are changed at random; not where the base is frozen.
  public var augmentation: RandomAugmentation
  /// What all that is random begins with.
  public var seed: UInt64

  public init(
    architecture: String, side: Int, head: HeadSettings = HeadSettings(), epochs: Int = 10, batchSize: Int = 16,
    optimizer: OptimizerSettings = .descent(momentum: 0.9, isNesterov: false),
    rate: LearningRate = LearningRate(peak: 0.01), weightDecay: Double = 4e-5, labelSmoothing: Double = 0,
    averageDecay: Double? = nil, statisticsMomentum: Double = 0.01, isBaseFrozen: Bool = false,
    rounding: RoundingSettings? = nil, augmentation: RandomAugmentation = RandomAugmentation(), seed: UInt64 = 0
  ) {
    self.architecture = architecture
    self.side = side
    self.head = head
    self.epochs = epochs
    self.batchSize = batchSize
    self.optimizer = optimizer
    self.rate = rate
    self.weightDecay = weightDecay
    self.labelSmoothing = labelSmoothing
    self.averageDecay = averageDecay
    self.statisticsMomentum = statisticsMomentum
    self.isBaseFrozen = isBaseFrozen
    self.rounding = rounding
    self.augmentation = augmentation
    self.seed = seed
  }

  /// The names of the settings that other ones have otherwise.
  func differences(from other: TrainingSettings) -> [String] {
    zip(Mirror(reflecting: self).children, Mirror(reflecting: other).children).compactMap { own, theirs in
      "\(own.value)" == "\(theirs.value)" ? nil : own.label
    }
  }
}
