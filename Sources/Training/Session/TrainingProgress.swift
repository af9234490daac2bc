/// An event of a training run.
public enum TrainingEvent: Sendable {
  /// The frozen base has embedded `done` of all pictures.
  case embedding(done: Int, of: Int)
  /// Training starts, or resumes after `step` steps.
  case begins(stepsPerEpoch: Int, step: Int)
  /// A step has ended.
  case step(TrainingProgress)
  /// An epoch has ended; `isBest` tells whether no earlier epoch had a higher accuracy on the test pictures.
  case epoch(EpochResult, isBest: Bool)
}

/// The state of training after a step.
public struct TrainingProgress: Sendable, Hashable {
  /// The epoch, from 1, and the number of epochs.
  public let epoch, epochs: Int
  /// The number of finished steps of the epoch, and of all its steps.
  public let step, steps: Int
  /// The mean loss of the epoch so far.
  public let loss: Double
  /// The training accuracy of the epoch so far.
  public let accuracy: Double
  /// The learning rate of the step.
  public let rate: Double
  /// The remaining time in seconds, at the average pace so far.
  public let secondsLeft: Double
}

/// The result of one epoch.
public struct EpochResult: Sendable, Hashable, Codable {
  /// The number of the epoch, from 1.
  public let epoch: Int
  /// The mean loss of its steps.
  public let loss: Double
  /// The training accuracy: the fraction of augmented pictures that the network classified correctly, each before the step
  /// that trained on it.
  public let accuracy: Double
  /// The accuracy on the test pictures after the epoch, or nil if there are none.
  public let testAccuracy: Double?
  /// Whether quantisation-aware training had begun by the end of the epoch; see ``FakeQuantizationSettings``.
  public let isQuantized: Bool
  /// The duration in seconds, and the fraction of it that steps spent waiting for pictures.
  public let seconds, waitingShare: Double

  // The names in checkpoints and in JSON.
  private enum CodingKeys: String, CodingKey {
    case epoch, loss, accuracy, testAccuracy
    case isQuantized = "isRounded"
    case seconds, waitingShare
  }
}

/// The position of a training run.
public struct TrainingPosition: Sendable, Hashable, Codable {
  /// The number of finished epochs.
  public var epoch = 0
  /// The number of finished steps of the current epoch.
  public var stepInEpoch = 0
  /// The number of finished steps of the run.
  public var step = 0
  /// The sum of the losses of the epoch's steps, and the number of its pictures that were classified correctly.
  public var lossSum = 0.0
  public var correct = 0

  public init() {}

  /// Whether a run with these settings can be at this position.
  func isValid(_ settings: TrainingSettings, stepsPerEpoch: Int) -> Bool {
    (0...settings.epochs).contains(epoch) && (0...stepsPerEpoch).contains(stepInEpoch)
      && step == epoch * stepsPerEpoch + stepInEpoch && (0...stepInEpoch * settings.batchSize).contains(correct)
      && lossSum.isFinite
  }
}
