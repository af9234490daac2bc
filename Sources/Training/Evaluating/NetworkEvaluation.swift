import Heads

/// How often a network names pictures right.
public struct NetworkEvaluation: Sendable {
  /// How many pictures it was asked about.
  public private(set) var count = 0
  /// How many of them it named right at first, and among its first five.
  public private(set) var correct = 0
  public private(set) var amongFive = 0
  /// What it took for what.
  public private(set) var confusion: ConfusionMatrix

  init(labels: [String]) {
    confusion = ConfusionMatrix(labels: Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0, $1) }))
  }

  /// Counts what was answered about each of some pictures, in order.
  init(_ scores: some Sequence<ArraySlice<Float>>, about data: TrainingData) {
    self.init(labels: data.labels)
    for (scores, example) in zip(scores, data.examples) { add(scores, label: example.label) }
  }

  /// The share that it named right at first; 0 of none.
  public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }

  /// The share with the right class among the first five.
  public var topFive: Double { count == 0 ? 0 : Double(amongFive) / Double(count) }

  /// Counts an answer.
  ///
  /// - Parameters:
  ///   - scores: A number a class; the greatest is named first, the lower class among equals.
  ///   - label: The right class.
  mutating func add(_ scores: ArraySlice<Float>, label: Int) {
    guard label >= 0, label < scores.count else { return }
    let own = scores[scores.startIndex + label]
    var ahead = 0
    for (place, score) in scores.enumerated() where score > own || score == own && place < label { ahead += 1 }
    count += 1
    if ahead == 0 { correct += 1 }
    if ahead < 5 { amongFive += 1 }
    confusion.add(label: label, predicted: scores.greatest)
  }
}
