/// How training stands after a step.
public struct TrainingProgress: Sendable, Hashable {
  /// The epoch, from 1, and of how many.
  public let epoch, epochs: Int
  /// How many steps of the epoch are over, and of how many.
  public let step, steps: Int
  /// The mean loss of the epoch so far.
  public let loss: Double
  /// The share of the epoch's pictures that were named right so far.
  public let accuracy: Double
  /// The learning rate of the step.
  public let rate: Double
  /// How long the rest will take, in seconds, at the pace so far.
  public let secondsLeft: Double
}
