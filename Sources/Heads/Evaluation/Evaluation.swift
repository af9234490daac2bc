#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The performance of a classifier on pictures whose classes are known.
///
/// Classes are ranked by ``Ranking``, without a threshold: ``accuracy(top:)``, the results of the classes and the mistakes are
/// those of the best classes, whether or not the classifier calls a picture unknown. ``measures`` and ``answers`` are those of
/// its answers, among which `unknown` counts as what it is.
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

  /// The judgement of each picture, in the order in which they were added.
  public private(set) var judgements: [Judgement] = []
  /// The number of strangers, pictures that show none of the classes.
  public private(set) var strangers = 0

  private var allMistakes: [Mistake] = []
  private var logLosses = 0.0
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
  ///   - noveltyScore: u; nil where the classifier has no novelty score.
  ///   - isUnknown: Whether the classifier calls the picture unknown.
  /// - Throws: ``EvaluationError/unknownClasses(_:known:)`` where the class has no score.
  public mutating func add(
    picture: String, classID: Int, scores: [Float], noveltyScore: Float? = nil, isUnknown: Bool = false
  ) throws(EvaluationError) {
    guard scores.indices.contains(classID) else { throw .unknownClasses([labels[classID]], known: scores.count) }
    // If all scores are NaN, any wrong class will do.
    let first = try Ranking.best(scores, topK: 1).first ?? (classID == 0 ? scores.count - 1 : 0)
    count += 1
    let rank = Ranking.rank(of: classID, in: scores)
    hitsAtRank[rank, default: 0] += 1
    judgements.append(
      Judgement(
        picture: picture, classID: classID, best: try Self.ranked(scores), score: scores[classID], rank: rank,
        // A class such as background has the pictures that should be called unknown.
        noveltyScore: noveltyScore, answer: !isUnknown ? first : Labels.meansNone(labels[classID]) ? classID : nil))
    logLosses -= log(min(max(Double(scores[classID]), Self.leastProbability), 1))
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

  /// Adds a stranger: a picture that shows none of the classes, and should be called unknown.
  ///
  /// - Parameters: As for ``add(picture:classID:scores:noveltyScore:isUnknown:)``.
  /// - Throws: ``EvaluationError``.
  public mutating func add(
    stranger picture: String, scores: [Float], noveltyScore: Float? = nil, isUnknown: Bool
  ) throws(EvaluationError) {
    let best = try Self.ranked(scores)
    strangers += 1
    judgements.append(
      Judgement(
        picture: picture, classID: nil, best: best, score: nil, rank: nil, noveltyScore: noveltyScore,
        answer: isUnknown ? nil : best.first?.id))
  }

  private static func ranked(_ scores: [Float]) throws(EvaluationError) -> [Judgement.Ranked] {
    try Ranking.best(scores, topK: Judgement.mostRanked).map { .init(id: $0, score: scores[$0]) }
  }

  // A quantised probability of 0 is less than half a step; without a bound it would make the loss infinite.
  private static let leastProbability = Double(Float.ulpOfOne)

  /// The log loss, −mean log p of the true class with p of at least 2⁻²³, over the pictures of the classes; nil where the scores
  /// are not probabilities, or without pictures.
  public var logLoss: Double? { reliability == nil || count == 0 ? nil : logLosses / Double(count) }

  /// How many pictures got which kind of answer.
  public struct Answers: Sendable, Hashable, Codable {
    /// The numbers of pictures of the classes whose answer is right, is another class, and is unknown.
    public let right, wrong, unknown: Int
    /// The numbers of strangers that are called unknown, and that get the name of a class.
    public let strangersUnknown, strangersTaken: Int
  }

  /// How many pictures got which kind of answer.
  public var answers: Answers {
    let known = judgements.filter { $0.classID != nil }
    let (right, unknown) = (known.count(where: \.isRight), known.count(where: \.isUnknown))
    let strangersUnknown = judgements.count { $0.classID == nil && $0.isUnknown }
    return Answers(
      right: right, wrong: known.count - right - unknown, unknown: unknown, strangersUnknown: strangersUnknown,
      strangersTaken: strangers - strangersUnknown)
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

extension Evaluation {
  /// Creates an evaluation of the predictions of a cross-validation, whose scores are softmax(logits).
  ///
  /// - Throws: ``EvaluationError``.
  public init(_ validation: LeaveOneOut) throws(EvaluationError) {
    self.init(labels: Labels(Dictionary(uniqueKeysWithValues: validation.classes.enumerated().map { ($0, $1) })))
    for prediction in validation.predictions {
      try add(
        picture: prediction.picture, classID: prediction.label, scores: prediction.probabilities.map { Float($0) })
    }
  }
}
