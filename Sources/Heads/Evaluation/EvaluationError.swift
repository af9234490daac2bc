public import Platform

/// Why pictures cannot be split, or answers not be ranked or compared.
public struct EvaluationError: DescribedError {
  /// What distinguishes the errors.
  public enum Code: String, Sendable {
    case badTopK, badTestRatio, unknownClasses
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

  /// Classes of pictures that are not among the `known` classes of the model.
  public static func unknownClasses(_ names: [String], known: Int) -> Self {
    let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
    return Self(
      code: .unknownClasses, message: "the model has no class named \(list) among its \(known)",
      remedy: "the folders' names must be those of its labels")
  }
}
