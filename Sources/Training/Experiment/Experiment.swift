/// The experiment of Qi, Brown and Lowe, "Low-Shot Learning with Imprinted Weights" (CVPR 2018): a base that was trained on
/// some classes of a data set learns the others from a few pictures each.
///
/// Each draw takes n pictures of every new class, by chance; fewer pictures are the beginning of more, and every
/// ``ExperimentMethod`` gets the same. Asked is about pictures of all classes that none of it has seen, with all classes to
/// choose from.
///
/// ```swift
/// let results = try await trainer.run(Experiment(), on: data, base: checkpoint)
/// print(results.row(.analytic, shots: 5)?.newClasses ?? "none")     // 0.893 ± 0.021
/// ```
public struct Experiment: Sendable, Hashable, Codable {
  /// n: how many pictures of each new class there are, in turn.
  public var shots: [Int]
  /// How often pictures are drawn.
  public var draws: Int
  /// The share of each class's pictures that is only asked about; the base must not have been trained on them.
  public var testRatio: Double
  /// How the methods that are fine-tuned go on.
  public var fineTuning: FineTuning
  /// Decides on all draws.
  public var seed: UInt64

  /// More pictures of a class than can be drawn are all that there are.
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

  /// How many random variations of a picture ``ExperimentMethod/varied`` sees besides the picture itself.
  public static let variations = 5

  /// Looks whether all settings make sense, and whether there is something to learn, before a base is trained.
  ///
  /// - Throws: ``TrainingError/badSetting(_:because:)``, ``TrainingDataError``.
  public func check(on data: TrainingData, baseLabels: [String]) throws {
    try check()
    _ = try ExperimentData(data, baseLabels: baseLabels, testRatio: testRatio)
  }

  func check() throws(TrainingError) {
    guard !shots.isEmpty, shots.allSatisfy({ $0 > 0 }), Set(shots).count == shots.count else {
      throw .badSetting("the numbers of pictures", because: "\(shots) are not different numbers from 1 on")
    }
    guard (1...1000).contains(draws) else {
      throw .badSetting("the number of draws", because: "\(draws) is not in 1 … 1000")
    }
    guard testRatio > 0, testRatio < 1 else {
      throw .badSetting("the share that is asked about", because: "\(testRatio) is not in 0 < … < 1")
    }
    guard (1...1000).contains(fineTuning.epochs) else {
      throw .badSetting("the epochs of fine-tuning", because: "\(fineTuning.epochs) is not in 1 … 1000")
    }
    guard fineTuning.rate > 0, fineTuning.rate.isFinite else {
      throw .badSetting("the rate of fine-tuning", because: "\(fineTuning.rate) is not above 0")
    }
  }
}
