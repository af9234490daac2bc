#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The share of pictures that get an answer where scores below a threshold get none, and the share of these answers that is
/// right.
public struct AnswerRate: Sendable, Hashable, Codable {
  /// The least score of an answer.
  public let threshold: Double
  /// The share of pictures whose best class has at least that score.
  public let answered: Double
  /// The share of the answers that are right; nil without answers.
  public let correct: Double?
}

extension LeaveOneOut {
  /// Returns the rates of answers at thresholds on the score, the softmax of the logits. As where scores are shown and
  /// compared in hundredths, they are rounded to two decimals.
  public func answerRates(at thresholds: [Double]) -> [AnswerRate] {
    let scored = predictions.map { prediction in
      (score: (prediction.score * 100).rounded() / 100, isCorrect: prediction.predicted == prediction.label)
    }
    return thresholds.map { threshold in
      let answers = scored.filter { $0.score >= threshold }
      return AnswerRate(
        threshold: threshold, answered: scored.isEmpty ? 0 : Double(answers.count) / Double(scored.count),
        correct: answers.isEmpty ? nil : Double(answers.count(where: \.isCorrect)) / Double(answers.count))
    }
  }
}

extension LeaveOneOut.Prediction {
  /// max softmax(logits): the score of the predicted class; 0 without logits.
  public var score: Double {
    guard let greatest = logits.max() else { return 0 }
    return 1 / logits.reduce(0.0) { $0 + exp(Double($1 - greatest)) }
  }
}
