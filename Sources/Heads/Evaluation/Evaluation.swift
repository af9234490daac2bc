/// How well a classifier does on pictures whose classes are known.
///
/// Classes are ranked by ``Ranking``, with no threshold: the higher score first, the lower id among equals.
public struct Evaluation: Sendable, Hashable {
  /// One picture that the classifier took for another class.
  public struct Mistake: Sendable, Hashable, Codable {
    /// The picture's path.
    public let picture: String
    /// The class that it is of.
    public let label: String
    /// The class that the classifier named first, and its score.
    public let predicted: Classification
    /// The score of the class that it is of.
    public let score: Float
  }

  /// A class of the pictures.
  public struct ClassResult: Sendable, Hashable, Codable {
    /// Its name.
    public let label: String
    /// How many of its pictures were looked at.
    public internal(set) var count: Int
    /// How many of them the classifier named it first for.
    public internal(set) var correct: Int
    /// The classes that it was taken for, and how often, itself among them.
    public internal(set) var predictions: [Int: Int]

    /// The share of its pictures that the classifier named it first for.
    public var recall: Double { count == 0 ? 0 : Double(correct) / Double(count) }
  }

  /// How many pictures were looked at.
  public private(set) var count = 0
  /// The results by class id.
  public private(set) var classes: [Int: ClassResult] = [:]
  /// How far the scores can be believed, or nil where they are no probabilities.
  public private(set) var reliability: Reliability? = Reliability()
  /// All mistakes, worst first: by how far the class named first is ahead of the right one.
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

  /// An evaluation of no picture.
  ///
  /// - Parameter labels: The names of the classifier's classes.
  public init(labels: Labels) { self.labels = labels }

  /// Takes in one picture.
  ///
  /// - Parameters:
  ///   - picture: Its path.
  ///   - classID: The class that it is of.
  ///   - scores: The classifier's scores, one a class.
  /// - Throws: ``EvaluationError/unknownClasses(_:known:)`` when there is no score for the class.
  public mutating func add(picture: String, classID: Int, scores: [Float]) throws(EvaluationError) {
    guard scores.indices.contains(classID) else { throw .unknownClasses([labels[classID]], known: scores.count) }
    // Where no score is a number, the answer is the first class as well as any.
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

  /// The share of pictures whose class is among the first k.
  public func accuracy(top k: Int) -> Double {
    guard count > 0 else { return 0 }
    return Double(hitsAtRank.reduce(0) { $1.key < k ? $0 + $1.value : $0 }) / Double(count)
  }

  /// The mean of the classes' recalls: accuracy with all classes counting alike.
  public var balancedAccuracy: Double {
    classes.isEmpty ? 0 : classes.values.reduce(0) { $0 + $1.recall } / Double(classes.count)
  }

  /// What was taken for what.
  public var confusion: ConfusionMatrix {
    var matrix = ConfusionMatrix(labels: labels.names)
    for (id, result) in classes {
      for (predicted, count) in result.predictions { matrix.add(label: id, predicted: predicted, count: count) }
    }
    return matrix
  }
}
