import ModelSurgery

extension TrainingSettings {
  /// Looks whether all settings make sense.
  ///
  /// - Throws: ``TrainingError/badSetting(_:because:)``, ``TrainingError/unknownArchitecture(_:known:)``,
  ///   ``RandomAugmentationError``.
  public func check() throws {
    _ = try base()
    try augmentation.check()
    try require(side >= 32 && side <= 1024, "the side", "\(side) is not between 32 and 1024")
    try require(epochs >= 1 && epochs <= 100_000, "epochs", "\(epochs) is not in 1 … 100000")
    try require(batchSize >= 1, "the batch size", "\(batchSize) is less than 1")
    try require(rate.peak > 0 && rate.peak.isFinite, "the rate", "\(rate.peak) is not above 0")
    try require(rate.course.isSound, "the course of the rate", "a number in it is infinite, or not in its bounds")
    try require(optimizer.isSound, "the optimiser", "its momentum or its decay is not in 0 ..< 1, or its ε not above 0")
    try require(rate.warmUp >= 0 && rate.warmUp.isFinite, "the warm-up", "\(rate.warmUp) is below 0")
    try require(weightDecay >= 0 && weightDecay < 1, "the weight decay", "\(weightDecay) is not in 0 ..< 1")
    try require(labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing", "\(labelSmoothing) is not in 0 ..< 1")
    try require(
      statisticsMomentum > 0 && statisticsMomentum <= 1, "the statistics' momentum",
      "\(statisticsMomentum) is not in 0 < … ≤ 1")
    if let averageDecay {
      try require(averageDecay >= 0 && averageDecay < 1, "the averages' decay", "\(averageDecay) is not in 0 ..< 1")
    }
    try require(head.scale > 0 && head.scale.isFinite, "the scale", "\(head.scale) is not above 0")
    try require(head.dropout >= 0 && head.dropout < 1, "dropout", "\(head.dropout) is not in 0 ..< 1")
    if let projection = head.projection {
      try require(projection >= 1 && projection <= 1 << 14, "the projection", "\(projection) is not in 1 … 16384")
    }
    if let rounding {
      try require(
        rounding.delay >= 0 && rounding.delay < Double(epochs), "the delay of rounding",
        "\(rounding.delay) is not in 0 ..< \(epochs), the number of epochs")
      try require(
        rounding.freeze >= 0 && rounding.freeze.isFinite, "the epoch from which statistics stand still",
        "\(rounding.freeze) is not 0 or a number above")
      try require(
        !isBaseFrozen, "rounding", "the base is frozen: quantise the float model with pictures instead")
    }
  }

  private func require(_ isFine: Bool, _ setting: String, _ reason: String) throws(TrainingError) {
    guard isFine else { throw .badSetting(setting, because: reason) }
  }
}

extension LearningRate.Course {
  fileprivate var isSound: Bool {
    switch self {
    case .constant: true
    case .exponential(let factor, let epochs, _): factor > 0 && factor.isFinite && epochs > 0 && epochs.isFinite
    case .cosine(let end): end >= 0 && end <= 1
    case .steps(let epochs, let factor): factor > 0 && factor.isFinite && epochs.allSatisfy(\.isFinite)
    }
  }
}

extension OptimizerSettings {
  fileprivate var isSound: Bool {
    switch self {
    case .descent(let momentum, _): (0..<1).contains(momentum)
    case .rootMeanSquare(let rho, let momentum, let epsilon):
      (0..<1).contains(rho) && (0..<1).contains(momentum) && epsilon > 0 && epsilon.isFinite
    }
  }
}
