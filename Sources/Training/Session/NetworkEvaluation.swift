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
    for (scores, example) in zip(scores, data.examples) {
      add(Outcome(scores, label: example.label), label: example.label)
    }
  }

  /// The top-1 accuracy; 0 without pictures.
  public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }

  /// The top-5 accuracy; 0 without pictures.
  public var topFive: Double { count == 0 ? 0 : Double(correctInTopFive) / Double(count) }

  /// What a network says about a picture.
  struct Outcome: Sendable {
    /// The class with the highest score; -1 if the picture's class is not among those of the network.
    let predicted: Int
    /// The number of classes that rank before the picture's own.
    let ahead: Int

    init(predicted: Int, ahead: Int) {
      self.predicted = predicted
      self.ahead = ahead
    }

    /// Ranks the classes.
    ///
    /// - Parameters:
    ///   - scores: The score of each class; among equal scores, the class with the lower number ranks first.
    ///   - label: The picture's class.
    init(_ scores: ArraySlice<Float>, label: Int) {
      guard label >= 0, label < scores.count else {
        self.init(predicted: -1, ahead: 0)
        return
      }
      let own = scores[scores.startIndex + label]
      var ahead = 0
      for (place, score) in scores.enumerated() where score > own || score == own && place < label { ahead += 1 }
      self.init(predicted: scores.greatest, ahead: ahead)
    }
  }

  /// Counts a picture of a class.
  mutating func add(_ outcome: Outcome, label: Int) {
    guard outcome.predicted >= 0 else { return }
    count += 1
    if outcome.ahead == 0 { correct += 1 }
    if outcome.ahead < 5 { correctInTopFive += 1 }
    confusion.add(label: label, predicted: outcome.predicted)
  }
}
