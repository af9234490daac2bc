/// How far training has come.
public struct TrainingPosition: Sendable, Hashable, Codable {
  /// How many epochs are over.
  public var epoch = 0
  /// How many steps of the epoch that has begun are over.
  public var stepInEpoch = 0
  /// How many steps are over in all.
  public var step = 0
  /// The sum of the losses of the steps of the epoch, and how many of its pictures were named right.
  public var lossSum = 0.0
  public var correct = 0

  public init() {}

  /// Whether a run with some settings can stand here.
  func isSound(_ settings: TrainingSettings, stepsPerEpoch: Int) -> Bool {
    (0...settings.epochs).contains(epoch) && (0...stepsPerEpoch).contains(stepInEpoch)
      && step == epoch * stepsPerEpoch + stepInEpoch && (0...stepInEpoch * settings.batchSize).contains(correct)
      && lossSum.isFinite
  }
}
