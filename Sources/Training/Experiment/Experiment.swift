/// The low-shot experiment of Qi, Brown and Lowe, "Low-Shot Learning with Imprinted Weights" (CVPR 2018): a base that was
/// trained on some classes of a data set learns the other classes from a few pictures each.
///
/// Each draw selects n random pictures of every new class. The shots of a smaller n are the first shots of a larger n, and
/// every ``ExperimentMethod`` learns from the same shots. The test pictures are from all classes, were not used in training,
/// and are classified among all classes.
///
/// ```swift
/// let results = try await trainer.run(Experiment(), on: data, base: checkpoint)
/// print(results.row(.analytic, shots: 5)?.newClasses ?? "none")     // 0.893 ± 0.021
/// ```
public struct Experiment: Sendable, Hashable, Codable {
  /// The numbers n of shots, that is, of training pictures per new class.
  public var shots: [Int]
  /// The number of draws.
  public var draws: Int
  /// The fraction of each class's pictures that are test pictures; the base must not have been trained on them.
  public var testRatio: Double
  /// The settings of the fine-tuned methods.
  public var fineTuning: FineTuning
  /// The seed of all draws.
  public var seed: UInt64

  /// Creates an experiment. If a class has fewer pictures than shots, all of them are used.
  public init(
    shots: [Int] = [1, 2, 5, 10, 20], draws: Int = 5, testRatio: Double = 0.25,
    fineTuning: FineTuning = FineTuning(of: .head), seed: UInt64 = 0
  ) {
    self.shots = shots
    self.draws = draws
    self.testRatio = testRatio
    self.fineTuning = fineTuning
    self.seed = seed
  }

  /// The number of random variations of each picture that ``ExperimentMethod/varied`` adds to the picture itself.
  public static let variations = 5

  /// Checks that all settings are valid and that there are new classes, before a base is trained.
  ///
  /// - Throws: ``TrainingError/badSetting(_:because:)``, ``TrainingDataError``.
  public func check(on data: TrainingData, baseLabels: [String]) throws {
    try check()
    _ = try ExperimentData(data, baseLabels: baseLabels, testRatio: testRatio)
  }

  func check() throws(TrainingError) {
    guard !shots.isEmpty, shots.allSatisfy({ $0 > 0 }), Set(shots).count == shots.count else {
      throw .badSetting("the numbers of shots", because: "\(shots) are not distinct positive numbers")
    }
    guard (1...1000).contains(draws) else {
      throw .badSetting("the number of draws", because: "\(draws) is not in 1 … 1000")
    }
    guard testRatio > 0, testRatio < 1 else {
      throw .badSetting("the test ratio", because: "\(testRatio) is not between 0 and 1")
    }
    guard (1...1000).contains(fineTuning.epochs) else {
      throw .badSetting("the number of epochs of fine-tuning", because: "\(fineTuning.epochs) is not in 1 … 1000")
    }
    guard fineTuning.rate > 0, fineTuning.rate.isFinite else {
      throw .badSetting("the learning rate of fine-tuning", because: "\(fineTuning.rate) is not a number above 0")
    }
  }
}

/// The settings of fine-tuning, which starts with the rows of the new classes in place and uses each class equally often.
public struct FineTuning: Sendable, Hashable, Codable {
  /// The part of the network that is fine-tuned.
  public enum Part: String, Sendable, Hashable, Codable, CaseIterable {
    /// The head: a few seconds each time.
    case head
    /// The whole network, as in the paper: minutes each time.
    case network
  }

  /// The part that is fine-tuned.
  public var part: Part
  /// The number of epochs; pictures of smaller classes are repeated.
  public var epochs: Int
  /// The peak learning rate; it falls along half a cosine.
  public var rate: Double

  /// Creates settings.
  ///
  /// - Parameters:
  ///   - part: The part that is fine-tuned.
  ///   - epochs: The number of epochs; by default 4 for the head, 2 for the network.
  ///   - rate: The peak learning rate; by default 0.02 for the head, 0.001 for the network.
  public init(of part: Part, epochs: Int? = nil, rate: Double? = nil) {
    self.part = part
    self.epochs = epochs ?? (part == .head ? 4 : 2)
    self.rate = rate ?? (part == .head ? 0.02 : 0.001)
  }
}
