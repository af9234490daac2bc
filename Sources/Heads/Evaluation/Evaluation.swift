/// The performance of a classifier on pictures whose classes are known.
///
/// Classes are ranked by ``Ranking``, without a threshold.
public struct Evaluation: Sendable, Hashable {
  /// A misclassified picture.
  public struct Mistake: Sendable, Hashable, Codable {
    /// The picture's path.
    public let picture: String
    /// The picture's true class.
    public let label: String
    /// The predicted class, with its score.
    public let predicted: Classification
    /// The score of the true class.
    public let score: Float
  }

  /// The results of the pictures of one class.
  public struct ClassResult: Sendable, Hashable, Codable {
    /// The class's name.
    public let label: String
    /// The number of its pictures.
    public internal(set) var count: Int
    /// The number of its pictures that were classified correctly.
    public internal(set) var correct: Int
    /// The number of times that each class was predicted.
    public internal(set) var predictions: [Int: Int]

    /// The share of its pictures that were classified correctly.
    public var recall: Double { count == 0 ? 0 : Double(correct) / Double(count) }
  }

  /// The number of pictures.
  public private(set) var count = 0
  /// The results by class id.
  public private(set) var classes: [Int: ClassResult] = [:]
  /// The calibration of the scores, or nil where the scores are not probabilities.
  public private(set) var reliability: Reliability? = Reliability()
  /// All mistakes, worst first: ordered by the score of the predicted class minus that of the true class.
  public var mistakes: [Mistake] {
    allMistakes.sorted { left, right in
      let margins = (left.predicted.score - left.score, right.predicted.score - right.score)
      return margins.0 != margins.1 ? margins.0 > margins.1 : left.picture < right.picture
    }
  }

  /// The names of the classifier's classes.
  public let labels: Labels

  private var allMistakes: [Mistake] = []
  private var hitsAtRank: [Int: Int] = [:]

  /// Creates an evaluation without pictures.
  ///
  /// - Parameter labels: The names of the classifier's classes.
  public init(labels: Labels) { self.labels = labels }

  /// Adds a picture.
  ///
  /// - Parameters:
  ///   - picture: The picture's path.
  ///   - classID: The true class.
  ///   - scores: The classifier's scores, one for each class.
  /// - Throws: ``EvaluationError/unknownClasses(_:known:)`` where the class has no score.
  public mutating func add(picture: String, classID: Int, scores: [Float]) throws(EvaluationError) {
    guard scores.indices.contains(classID) else { throw .unknownClasses([labels[classID]], known: scores.count) }
    // If all scores are NaN, any wrong class will do.
    let first = try Ranking.best(scores, topK: 1).first ?? (classID == 0 ? scores.count - 1 : 0)
    count += 1
    let rank = Ranking.rank(of: classID, in: scores)
    hitsAtRank[rank, default: 0] += 1
    if scores[first] >= 0, scores[first] <= 1.001 {
      reliability?.add(confidence: Double(scores[first]), isCorrect: rank == 0)
    } else {
      reliability = nil
    }
    var result = classes[classID] ?? ClassResult(label: labels[classID], count: 0, correct: 0, predictions: [:])
    result.count += 1
    result.predictions[first, default: 0] += 1
    if rank == 0 {
      result.correct += 1
    } else {
      let predicted = Classification(id: first, label: labels[first], score: scores[first])
      allMistakes.append(
        Mistake(picture: picture, label: labels[classID], predicted: predicted, score: scores[classID]))
    }
    classes[classID] = result
  }

  /// Returns the top-k accuracy: the share of pictures whose class is among the k best.
  public func accuracy(top k: Int) -> Double {
    guard count > 0 else { return 0 }
    return Double(hitsAtRank.reduce(0) { $1.key < k ? $0 + $1.value : $0 }) / Double(count)
  }

  /// The balanced accuracy: the mean of the classes' recalls.
  public var balancedAccuracy: Double {
    classes.isEmpty ? 0 : classes.values.reduce(0) { $0 + $1.recall } / Double(classes.count)
  }

  /// The confusion matrix.
  public var confusion: ConfusionMatrix {
    var matrix = ConfusionMatrix(labels: labels.names)
    for (id, result) in classes {
      for (predicted, count) in result.predictions { matrix.add(label: id, predicted: predicted, count: count) }
    }
    return matrix
  }
}
