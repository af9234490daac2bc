/// The share of pictures that get an answer against the share of these answers that is right, as the least score of an answer
/// rises.
///
/// A stranger is a picture like others, whose answers are never right.
public struct AnswerCurve: Sendable, Hashable, Codable {
  /// The answers with at least a score.
  public struct Point: Sendable, Hashable, Codable {
    /// The least score.
    public let threshold: Double
    /// The share of pictures that get an answer.
    public let coverage: Double
    /// The share of the answers that are right.
    public let accuracy: Double
    /// The number of answers.
    public let answers: Int
    /// The 95 % confidence interval of ``accuracy``: the Wilson score interval.
    public var interval: ClosedRange<Double> { WilsonInterval.interval(share: accuracy, count: Double(answers)) }
  }

  /// A point for each score that occurs, from the highest score to the lowest.
  public let points: [Point]

  /// Creates a curve.
  ///
  /// - Parameter answers: The score of each picture's best class, and whether that class is right.
  /// - Complexity: O(n log n).
  public init(_ answers: [(score: Double, isRight: Bool)]) {
    let sorted = answers.filter { !$0.score.isNaN }.sorted { $0.score > $1.score }
    var points: [Point] = []
    var right = 0
    for (place, answer) in sorted.enumerated() {
      if answer.isRight { right += 1 }
      // Answers with equal scores are given together.
      guard place + 1 == sorted.count || sorted[place + 1].score != answer.score else { continue }
      points.append(
        Point(
          threshold: answer.score, coverage: Double(place + 1) / Double(answers.count),
          accuracy: Double(right) / Double(place + 1), answers: place + 1))
    }
    self.points = points
  }

  /// Returns the point with the lowest threshold whose answers have at least a precision; nil where there is none.
  public func threshold(forPrecision precision: Double) -> Point? { points.last { $0.accuracy >= precision } }

  /// Returns the point with the highest threshold that covers at least a share of the pictures; nil where none does.
  public func point(covering share: Double) -> Point? { points.first { $0.coverage >= share } }

  /// The area under the curve of accuracy against coverage, from 0 to 1: the mean accuracy over all coverages.
  public var area: Double {
    var area = 0.0
    var before = 0.0
    for point in points {
      area += (point.coverage - before) * point.accuracy
      before = point.coverage
    }
    return area
  }
}

extension Evaluation {
  /// Coverage against accuracy as the least score of an answer rises, without the rule that decides what is unknown.
  public var scoreCurve: AnswerCurve {
    AnswerCurve(
      judgements.map { judged in
        (Double(judged.best.first?.score ?? 0), judged.classID != nil && judged.best.first?.id == judged.classID)
      })
  }

  /// The lowest score for each class from which on its answers have a precision, with their number; classes are missing whose
  /// answers never have it. The coverage is the share of the pictures whose best class it is.
  ///
  /// - Complexity: O(n log n).
  public func classThresholds(forPrecision precision: Double) -> [Int: AnswerCurve.Point] {
    var answers: [Int: [(score: Double, isRight: Bool)]] = [:]
    for judged in judgements {
      guard let first = judged.best.first else { continue }
      answers[first.id, default: []].append((Double(first.score), judged.classID == first.id))
    }
    return answers.compactMapValues { AnswerCurve($0).threshold(forPrecision: precision) }
  }

  /// Coverage against accuracy as the least novelty score of an answer rises; nil where there are no novelty scores.
  public var noveltyCurve: AnswerCurve? {
    guard !judgements.isEmpty, judgements.allSatisfy({ $0.noveltyScore != nil }) else { return nil }
    return AnswerCurve(
      judgements.map { judged in
        (Double(judged.noveltyScore ?? 0), judged.classID != nil && judged.best.first?.id == judged.classID)
      })
  }

  /// The probability that a picture of a class has a higher novelty score than a stranger, with half of it for equal scores
  /// (AUROC); nil without strangers, pictures of classes or novelty scores.
  ///
  /// - Complexity: O(n log n).
  public var strangerAUROC: Double? {
    let scored = judgements.compactMap { judged in
      judged.noveltyScore.map { (score: $0, isKnown: judged.classID != nil) }
    }
    .sorted { $0.score < $1.score }
    let known = scored.count(where: \.isKnown)
    guard scored.count == judgements.count, known > 0, known < scored.count else { return nil }
    // The mean rank among equal scores.
    var sum = 0.0
    var start = 0
    while start < scored.count {
      var end = start
      while end < scored.count, scored[end].score == scored[start].score { end += 1 }
      let rank = Double(start + end + 1) / 2
      sum += rank * Double(scored[start..<end].count(where: \.isKnown))
      start = max(end, start + 1)
    }
    let (all, others) = (Double(known), Double(scored.count - known))
    return (sum - all * (all + 1) / 2) / (all * others)
  }
}
