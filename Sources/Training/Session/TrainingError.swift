public import Platform

/// Why a network cannot be trained, or a checkpoint cannot be used.
public struct TrainingError: DescribedError {
  /// Distinguishes the errors.
  public enum Code: String, Sendable {
    case unknownArchitecture, badSetting, badWeights, badLayer, badRange, infiniteWeights, notQuantized, diverged
    case tooFewPictures, tooFewClasses, otherClasses, otherRun, alreadyThere, nothingToResume, badCheckpoint
    case newerCheckpoint
  }

  /// Where training diverged.
  public struct Divergence: Sendable, Hashable {
    /// The step of the run and the epoch, both from 1.
    public let step, epoch: Int
    /// The learning rate of the step.
    public let rate: Double
    /// The path of the last good checkpoint, or nil if there is none yet.
    public let kept: String?
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  /// Where training diverged; nil for every other error.
  public let divergence: Divergence?

  private init(_ code: Code, _ message: String, remedy: String? = nil, divergence: Divergence? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.divergence = divergence
  }
}

extension TrainingError {
  /// No architecture has this name.
  public static func unknownArchitecture(_ name: String, known: [String]) -> Self {
    Self(
      .unknownArchitecture, "there is no architecture \"\(name)\"",
      remedy: "the architectures are \(known.joined(separator: ", "))")
  }

  /// A setting is invalid.
  public static func badSetting(_ setting: String, because reason: String) -> Self {
    Self(.badSetting, "\(setting) is invalid: \(reason)")
  }

  /// A weight is missing or has another shape than the network's.
  public static func badWeights(_ name: String, because reason: String) -> Self {
    Self(.badWeights, "the weight \(name) does not fit the network: \(reason)")
  }

  /// A layer is of a kind that cannot be trained.
  public static func badLayer(_ name: String) -> Self {
    Self(.badLayer, "the layer \(name) is of a kind that cannot be trained")
  }

  /// The activations of a layer have no range, or an infinite one.
  public static func badRange(layer: String) -> Self {
    Self(.badRange, "the activations of the layer \(layer) have no range, or an infinite one")
  }

  /// Weights are infinite or NaN.
  public static var infiniteWeights: Self {
    Self(.infiniteWeights, "weights of the network are infinite or NaN", remedy: "use an earlier checkpoint")
  }

  /// The checkpoint cannot become a quantised model: it has no variables of fake quantisation.
  public static func notQuantized(path: String) -> Self {
    Self(
      .notQuantized,
      "\(path) has no ranges of fake quantisation: it was trained without it, or written before it began",
      remedy: "continue the training, or write a float model")
  }

  /// The loss became infinite or NaN; `kept` is the path of the last good checkpoint.
  public static func diverged(step: Int, epoch: Int, rate: Double, kept: String?) -> Self {
    Self(
      .diverged, "the loss became infinite at step \(step), in epoch \(epoch), with the learning rate \(rate)",
      remedy: """
        try a lower learning rate or a longer warm-up; \
        \(kept.map { "the last good checkpoint is \($0)" } ?? "there is no checkpoint yet")
        """,
      divergence: Divergence(step: step, epoch: epoch, rate: rate, kept: kept))
  }

  /// There are fewer pictures than a batch needs.
  public static func tooFewPictures(count: Int, batchSize: Int) -> Self {
    Self(
      .tooFewPictures, "there are \(count) pictures to train on, fewer than the \(batchSize) of one batch",
      remedy: "use smaller batches")
  }

  /// There is only one class, or none.
  public static func tooFewClasses(_ count: Int) -> Self {
    Self(.tooFewClasses, "training needs at least 2 classes, but there \(count == 1 ? "is 1 class" : "are \(count)")")
  }

  /// The pictures have other classes than the network was trained on.
  public static func otherClasses(trained: [String], found: [String]) -> Self {
    Self(
      .otherClasses,
      """
      the network was trained on \(trained.count) classes (\(trained.prefix(3).joined(separator: ", ")) …), but the \
      pictures have \(found.count) (\(found.prefix(3).joined(separator: ", ")) …)
      """, remedy: "use pictures of the same classes in the same order")
  }

  /// The folder contains a checkpoint of another run; `reason` says what differs.
  public static func otherRun(path: String, because reason: String) -> Self {
    Self(
      .otherRun, "\(path) is from another training run: \(reason)",
      remedy: "train in a new folder, or use the settings and pictures that the run started with")
  }

  /// The folder already contains checkpoints, but resuming was not requested.
  public static func alreadyThere(path: String) -> Self {
    Self(.alreadyThere, "\(path) already exists", remedy: "resume that run, or train in a new folder")
  }

  /// The folder contains no checkpoint to resume from.
  public static func nothingToResume(path: String) -> Self {
    Self(.nothingToResume, "there is no checkpoint \(path) to resume from", remedy: "start a new run")
  }

  /// The file is not a checkpoint, or was altered.
  public static func badCheckpoint(path: String, because reason: String) -> Self {
    Self(.badCheckpoint, "\(path) is not a checkpoint written by Imprint: \(reason)")
  }

  /// A later version wrote the checkpoint.
  public static func newerCheckpoint(path: String, version: Int) -> Self {
    Self(
      .newerCheckpoint, "\(path) was written by a later version of Imprint (checkpoint format \(version))",
      remedy: "update Imprint")
  }
}
