public import Heads

/// The accuracy of a network on labelled pictures.
public struct NetworkEvaluation: Sendable {
  /// The number of pictures.
  public private(set) var count = 0
  /// The number of pictures whose class has the highest score.
  public private(set) var correct = 0
  /// The number of pictures whose class is among the five highest scores.
  public private(set) var correctInTopFive = 0
  /// The confusion matrix.
  public private(set) var confusion: ConfusionMatrix

  init(labels: [String]) {
    confusion = ConfusionMatrix(labels: Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0, $1) }))
  }

  /// Counts the scores of the data's examples, which are in the same order.
  init(_ scores: some Sequence<ArraySlice<Float>>, of data: TrainingData) {
    self.init(labels: data.labels)
    for (scores, example) in zip(scores, data.examples) { add(scores, label: example.label) }
  }

  /// The top-1 accuracy; 0 without pictures.
  public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }

  /// The top-5 accuracy; 0 without pictures.
  public var topFive: Double { count == 0 ? 0 : Double(correctInTopFive) / Double(count) }

  /// Counts a picture.
  ///
  /// - Parameters:
  ///   - scores: The score of each class; among equal scores, the class with the lower number ranks first.
  ///   - label: The picture's class.
  mutating func add(_ scores: ArraySlice<Float>, label: Int) {
    guard label >= 0, label < scores.count else { return }
    let own = scores[scores.startIndex + label]
    var ahead = 0
    for (place, score) in scores.enumerated() where score > own || score == own && place < label { ahead += 1 }
    count += 1
    if ahead == 0 { correct += 1 }
    if ahead < 5 { correctInTopFive += 1 }
    confusion.add(label: label, predicted: scores.greatest)
  }
}
