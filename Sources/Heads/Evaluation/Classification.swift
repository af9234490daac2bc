/// One class that a picture may belong to.
public struct Classification: Sendable, Hashable, Codable {
  /// The class's number: its place in the model's output.
  public let id: Int
  /// Its name, or its number where the model comes without labels.
  public let label: String
  /// The model's score, dequantised: of a model that ends in a softmax a share of 1.
  public let score: Float

  /// A class, its name and its score.
  public init(id: Int, label: String, score: Float) {
    self.id = id
    self.label = label
    self.score = score
  }

  /// None of a classifier's classes: the id −1, the label `unknown`, the score 0.
  public static let unknown = Classification(id: -1, label: "unknown", score: 0)
}

extension Classification: CustomStringConvertible {
  /// The label and the score, as in `rose 0.93`.
  public var description: String { "\(label) \(Decimals.string(Double(score), places: 3))" }
}
