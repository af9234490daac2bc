/// A picture whose class is known, and how a classifier judged it.
public struct Judgement: Sendable, Hashable {
  /// A class with its score.
  public struct Ranked: Sendable, Hashable {
    /// The class's id.
    public let id: Int
    /// Its score.
    public let score: Float
  }

  /// The picture's path.
  public let picture: String
  /// The picture's true class; nil for a stranger, which shows none of the classes.
  public let classID: Int?
  /// The best classes, best first, at most ``mostRanked``.
  public let best: [Ranked]
  /// The score of the true class; nil for a stranger.
  public let score: Float?
  /// The number of classes that rank before the true class; nil for a stranger.
  public let rank: Int?
  /// u, the higher the more similar the picture is to the taught pictures; nil where the classifier has no novelty score.
  public let noveltyScore: Float?
  /// The class that the classifier answers; nil where it calls the picture unknown.
  public let answer: Int?

  /// The greatest length of ``best``.
  public static let mostRanked = 5

  /// Whether the classifier calls the picture unknown.
  public var isUnknown: Bool { answer == nil }

  /// Whether the answer is right: the true class, or unknown for a stranger.
  public var isRight: Bool { answer == classID }
}
