public import Platform

/// Why an embedding cannot be used.
public struct EmbeddingError: DescribedError {
  /// What distinguishes the errors.
  public enum Code: String, Sendable {
    case wrongCount, notFinite
  }

  public let code: Code
  public let message: String
  public var remedy: String? { nil }

  /// The embedding does not have the model's dimension.
  public static func wrongCount(count: Int, expected: Int) -> Self {
    Self(code: .wrongCount, message: "the embedding has \(count) elements; the model's have \(expected)")
  }

  /// The embedding holds a number that is infinite or not a number.
  public static let notFinite = Self(
    code: .notFinite, message: "the embedding holds a number that is infinite or not a number (NaN)")
}
