/// The results of episodes: a row for each method and number of shots.
public struct EpisodeResults: Sendable, Hashable {
  /// The results of one method with one number of shots.
  public struct Row: Sendable, Hashable {
    /// The method's name.
    public let method: String
    /// The number of training pictures of each class.
    public let shots: Shots
    /// The balanced accuracy on the held-back pictures, averaged over the episodes. The interval of Student's t over the
    /// episodes says how the mean would vary with other splits of these pictures.
    public let accuracy: Estimate
    /// The accuracy of each episode, for paired comparisons of rows.
    public let accuracies: [Double]
    /// The leave-one-out accuracy on the training pictures, or nil where the method does not compute it.
    public let leaveOneOut: Estimate?
    /// The leave-one-out accuracy minus the accuracy on the held-back pictures, averaged over the episodes.
    public let leaveOneOutGap: Estimate?
    /// The calibration of the probabilities, over all episodes.
    public let reliability: Reliability
    /// The confusion matrix over all episodes.
    public let confusion: ConfusionMatrix
    /// The pictures that were misclassified at least once, worst first. The order is by the probability of the predicted
    /// class minus that of the true class, averaged over all episodes that held the picture back.
    public let mistakes: [Mistake]
  }

  /// A picture that was misclassified.
  public struct Mistake: Sendable, Hashable, Codable {
    /// The picture's name.
    public let picture: String
    /// The true class.
    public let label: String
    /// The wrong class that was predicted most often.
    public let takenFor: String
    /// The mean probability of this class in the episodes that predicted it.
    public let confidence: Double
    /// The number of episodes in which the prediction was wrong.
    public let wrong: Int
    /// The number of episodes that held the picture back.
    public let asked: Int
  }

  /// A class with fewer training pictures than shots.
  public struct ShortClass: Sendable, Hashable, Codable {
    /// The class's name.
    public let label: String
    /// The number of pictures that are not held back.
    public let pictures: Int
  }

  /// The episodes.
  public let episodes: Episodes
  /// The names of the classes that the episodes use.
  public let classes: [String]
  /// The number of pictures of these classes.
  public let pictures: Int
  /// The names of the classes that are left out because they have only one picture.
  public let singles: [String]
  /// The classes with fewer training pictures than the greatest number of shots.
  public let short: [ShortClass]
  /// The rows, by method, then by number of shots.
  public let rows: [Row]

  /// Returns the row of a method with a number of shots, or nil if there is none.
  public func row(_ method: String, _ shots: Shots) -> Row? {
    rows.first { $0.method == method && $0.shots == shots }
  }
}

extension EpisodeResults {
  /// The rows with the most shots, one for each method.
  package var widest: [Row] {
    let most = rows.map(\.shots.limit).max()
    return rows.filter { $0.shots.limit == most }
  }

  /// The most accurate of the rows with the most shots; the first among equals.
  public var best: Row? {
    widest.reduce(nil) { best, row in best.map { row.accuracy.mean > $0.accuracy.mean } ?? true ? row : best }
  }
}

/// The statistics of one method with one number of shots, accumulated episode by episode.
struct EpisodeStatistics {
  fileprivate struct PictureStatistics {
    var times = 0
    var lostMargin = 0.0
    var wrong: [Int: (times: Int, confidence: Double)] = [:]
  }

  private let method: String
  private let shots: Shots
  private let classes: [EmbeddedClass]
  private var accuracies: [Double] = []
  private var leaveOneOut: [Double] = []
  private var gaps: [Double] = []
  private var reliability = Reliability()
  private var confusion: ConfusionMatrix
  private var pictures: [[PictureStatistics]]

  init(method: String, shots: Shots, classes: [EmbeddedClass]) {
    self.method = method
    self.shots = shots
    self.classes = classes
    confusion = ConfusionMatrix(
      labels: Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0, $1.name) }))
    pictures = classes.map { Array(repeating: PictureStatistics(), count: $0.pictures.count) }
  }

  mutating func add(_ outcome: EpisodeRunner.Outcome) {
    var hits = Array(repeating: (correct: 0, all: 0), count: classes.count)
    for prediction in outcome.predictions {
      let isCorrect = prediction.predicted == prediction.label
      hits[prediction.label].all += 1
      if isCorrect { hits[prediction.label].correct += 1 }
      confusion.add(label: prediction.label, predicted: prediction.predicted)
      reliability.add(confidence: prediction.confidence, isCorrect: isCorrect)
      pictures[prediction.label][prediction.picture].add(prediction, isCorrect: isCorrect)
    }
    let recalls = hits.filter { $0.all > 0 }.map { Double($0.correct) / Double($0.all) }
    guard !recalls.isEmpty else { return }
    let accuracy = recalls.reduce(0, +) / Double(recalls.count)
    accuracies.append(accuracy)
    if let estimate = outcome.leaveOneOut {
      leaveOneOut.append(estimate)
      gaps.append(estimate - accuracy)
    }
  }

  /// The row of the results, or nil before the first episode.
  var row: EpisodeResults.Row? {
    Estimate(accuracies).map { accuracy in
      EpisodeResults.Row(
        method: method, shots: shots, accuracy: accuracy, accuracies: accuracies, leaveOneOut: Estimate(leaveOneOut),
        leaveOneOutGap: Estimate(gaps), reliability: reliability, confusion: confusion, mistakes: mistakes)
    }
  }

  private var mistakes: [EpisodeResults.Mistake] {
    var found: [(mistake: EpisodeResults.Mistake, margin: Double)] = []
    for (known, statistics) in zip(classes, pictures) {
      for (picture, tested) in zip(known.pictures, statistics) where !tested.wrong.isEmpty {
        let most = tested.wrong.max { ($0.value.times, $1.key) < ($1.value.times, $0.key) }
        guard let most else { continue }
        let mistake = EpisodeResults.Mistake(
          picture: picture.name, label: known.name, takenFor: classes[most.key].name,
          confidence: most.value.confidence / Double(most.value.times),
          wrong: tested.wrong.values.reduce(0) { $0 + $1.times }, asked: tested.times)
        found.append((mistake, tested.lostMargin / Double(tested.times)))
      }
    }
    return found.sorted { ($1.margin, $0.mistake.picture) < ($0.margin, $1.mistake.picture) }.map(\.mistake)
  }
}

extension EpisodeStatistics.PictureStatistics {
  fileprivate mutating func add(_ prediction: EpisodeRunner.Prediction, isCorrect: Bool) {
    times += 1
    guard !isCorrect else { return }
    lostMargin += prediction.confidence - prediction.probability
    let before = wrong[prediction.predicted] ?? (0, 0)
    wrong[prediction.predicted] = (before.times + 1, before.confidence + prediction.confidence)
  }
}
