#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What cosines are multiplied by before a softmax, so that its probabilities come out true.
enum CosineScale {
  /// That of Coral's models, where nothing is known.
  static let usual = 40.0

  /// The s from 1 to 400 for which the mean of −log softmax(s · cosines)[label] is least, by golden sections of log s; nil
  /// without an answer.
  ///
  /// - Complexity: O(n N).
  static func likeliest(for answers: [LeaveOneOut.Answer]) -> Double? {
    guard !answers.isEmpty else { return nil }
    let section = (5.0.squareRoot() - 1) / 2
    var (low, high) = (0.0, log(400.0))
    var (left, right) = (high - section * (high - low), low + section * (high - low))
    var (lossLeft, lossRight) = (loss(of: answers, scale: exp(left)), loss(of: answers, scale: exp(right)))
    for _ in 0..<30 {
      if lossLeft < lossRight {
        (high, right, lossRight) = (right, left, lossLeft)
        left = high - section * (high - low)
        lossLeft = loss(of: answers, scale: exp(left))
      } else {
        (low, left, lossLeft) = (left, right, lossRight)
        right = low + section * (high - low)
        lossRight = loss(of: answers, scale: exp(right))
      }
    }
    return exp((low + high) / 2)
  }

  private static func loss(of answers: [LeaveOneOut.Answer], scale: Double) -> Double {
    answers.reduce(0) { sum, answer in
      let greatest = Double(answer.logits.max() ?? 0)
      let others = answer.logits.reduce(0.0) { $0 + exp(scale * (Double($1) - greatest)) }
      return sum + log(others) - scale * (Double(answer.logits[answer.label]) - greatest)
    }
  }
}
