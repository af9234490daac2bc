/// The one rule by which classes are ranked everywhere: the higher score first, the lower id among equals.
///
/// Equal scores are common: a quantised softmax has 256 steps, and of 100 pictures 3 to 5 have two classes that tie for
/// first.
public enum Ranking {
  /// The best classes.
  ///
  /// - Parameters:
  ///   - scores: One score a class.
  ///   - threshold: The least score that counts: classes below it are left out.
  ///   - topK: How many classes to return at most.
  /// - Returns: Class ids, best first.
  /// - Throws: ``EvaluationError/badTopK(_:)`` when `topK` is not positive.
  /// - Complexity: O(n log n) in the number of classes at or above the threshold.
  public static func best(
    _ scores: [Float], threshold: Float = -.infinity, topK: Int
  ) throws(EvaluationError) -> [Int] {
    guard topK > 0 else { throw .badTopK(topK) }
    let ids = scores.indices.filter { scores[$0] >= threshold }
    return Array(ids.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }.prefix(topK))
  }

  /// How many classes rank before one: 0 for the best.
  ///
  /// - Complexity: O(n).
  public static func rank(of id: Int, in scores: [Float]) -> Int {
    // A score that is no number is better than none.
    guard scores.indices.contains(id), !scores[id].isNaN else { return scores.count }
    let score = scores[id]
    return scores.indices.count { scores[$0] > score || (scores[$0] == score && $0 < id) }
  }
}
