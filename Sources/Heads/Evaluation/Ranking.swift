public import Platform

/// The order of classes by score: the higher score first, and among equal scores the lower id.
///
/// Equal scores are common: a quantised softmax has 256 steps, and two classes tie for first in 3 to 5 of 100 pictures.
public enum Ranking {
  /// Returns the ids of the best classes, best first.
  ///
  /// - Parameters:
  ///   - scores: One score for each class.
  ///   - threshold: The least score; classes below it are left out.
  ///   - topK: The greatest number of classes to return.
  /// - Throws: ``EvaluationError/badTopK(_:)`` where `topK` is not positive.
  /// - Complexity: O(n log n) in the number of classes at or above the threshold.
  public static func best(
    _ scores: [Float], threshold: Float = -.infinity, topK: Int
  ) throws(EvaluationError) -> [Int] {
    guard topK > 0 else { throw .badTopK(topK) }
    let ids = scores.indices.filter { scores[$0] >= threshold }
    return Array(ids.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }.prefix(topK))
  }

  /// Returns the number of classes that rank before a class: 0 for the best.
  ///
  /// - Complexity: O(n).
  public static func rank(of id: Int, in scores: [Float]) -> Int {
    // NaN ranks last.
    guard scores.indices.contains(id), !scores[id].isNaN else { return scores.count }
    let score = scores[id]
    return scores.indices.count { scores[$0] > score || (scores[$0] == score && $0 < id) }
  }
}

/// A class to which a picture may belong, with its score.
public struct Classification: Sendable, Hashable, Codable {
  /// The class's index in the model's output.
  public let id: Int
  /// The class's name, or its id where it has no name.
  public let label: String
  /// The model's score, dequantised: a probability where the model ends in a softmax.
  public let score: Float

  /// Creates a classification.
  public init(id: Int, label: String, score: Float) {
    self.id = id
    self.label = label
    self.score = score
  }

  /// The answer for a picture that shows none of the classes: the id −1, the label `unknown`, the score 0.
  public static let unknown = Classification(id: -1, label: "unknown", score: 0)
}

extension Classification: CustomStringConvertible {
  /// The label and the score, such as `rose 0.930`.
  public var description: String { "\(label) \(Decimals.string(Double(score), places: 3))" }
}

/// Why pictures cannot be split, or scores cannot be ranked or evaluated.
public struct EvaluationError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case badTopK, badTestRatio, badFolds, unknownClasses
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// `topK` is not positive.
  public static func badTopK(_ topK: Int) -> Self {
    Self(code: .badTopK, message: "topK is \(topK)", remedy: "ask for at least one class")
  }

  /// The share of pictures to hold back is not within 0 ..< 1.
  public static func badTestRatio(_ ratio: Double) -> Self {
    Self(
      code: .badTestRatio, message: "the share of pictures to hold back is \(ratio)",
      remedy: "it must be at least 0 and less than 1")
  }

  /// There are too few folds, or too many.
  public static func badFolds(_ folds: Int) -> Self {
    Self(code: .badFolds, message: "the number of folds is \(folds)", remedy: "it must be from 2 to 1000")
  }

  /// The model does not have these classes; `known` is the number of its classes.
  public static func unknownClasses(_ names: [String], known: Int) -> Self {
    let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
    return Self(
      code: .unknownClasses, message: "none of the model's \(known) classes is named \(list)",
      remedy: "name each folder after one of the model's labels")
  }
}
