import Heads

/// The pictures of an experiment: those to learn from and those to ask about, the base's classes first.
struct ExperimentData {
  /// The classes of the base, and the others.
  let baseLabels, newLabels: [String]
  let training, test: TrainingData
  /// For each class the places of its pictures to learn from.
  private let places: [[Int]]

  /// - Throws: ``TrainingDataError/noSuchClass(_:)`` where the data lacks a class of the base;
  ///   ``TrainingError/badSetting(_:because:)`` where it has no other.
  init(_ data: TrainingData, baseLabels: [String], testRatio: Double) throws {
    let known = Set(baseLabels)
    self.baseLabels = baseLabels
    newLabels = data.labels.filter { !known.contains($0) }
    guard !newLabels.isEmpty else {
      throw TrainingError.badSetting(
        "the experiment", because: "the base was trained on all classes of the pictures: leave some out")
    }
    let parts = try data.selecting(classes: baseLabels + newLabels).split(testRatio: testRatio)
    training = parts.training
    test = parts.heldBack
    places = training.places
  }

  /// All labels.
  var labels: [String] { training.labels }

  /// The pictures of new classes, as places.
  var newPlaces: [Int] { places.dropFirst(baseLabels.count).flatMap { $0 } }

  /// The places to learn from, class by class: all of the base's classes, and some of each new one.
  ///
  /// - Parameters:
  ///   - shots: How many of each new class at most.
  ///   - draw: The number of the draw.
  ///   - seed: Decides which.
  func drawing(shots: Int, draw: Int, seed: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed, for: .shots, epoch: draw)
    let new = places.dropFirst(baseLabels.count).map { $0.shuffled(using: &generator).prefix(shots).sorted() }
    return places.prefix(baseLabels.count) + new
  }

  /// Places of which each class has as many: those of smaller classes over and over again.
  static func balanced(_ places: [[Int]]) -> [Int] {
    let most = places.map(\.count).max() ?? 0
    return places.flatMap { own in own.isEmpty ? [] : (0..<most).map { own[$0 % own.count] } }
  }
}
