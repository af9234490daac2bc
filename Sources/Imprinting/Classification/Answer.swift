public import Heads

/// A classifier's answer for one picture: the best classes, or that the picture shows none of the classes.
///
/// ```swift
/// let answer = try await classifier.classify(URL(filePath: "rose.jpg"))
/// print(answer)                                            // rose 0.930, tulip 0.041, iris 0.012
/// if let best = answer.best { print(best.label) }          // rose
/// ```
public struct Answer: Sendable, Hashable, Codable {
  /// Whether the picture shows none of the classes: it is unlike all taught pictures, or its best class is named
  /// `background` or `none`.
  public let isUnknown: Bool
  /// The classes with the highest scores, best first; for an unknown picture the most similar classes.
  public let classes: [Classification]
  /// u, the higher the more similar the picture is to the taught pictures; nil where the model has no novelty score.
  public let noveltyScore: Float?

  /// The best class; nil where the picture is unknown, or no score reaches the threshold.
  public var best: Classification? { known.first }

  /// The classes; empty where the picture is unknown.
  var known: [Classification] { isUnknown ? [] : classes }
}

extension Answer: CustomStringConvertible {
  /// The classes with their scores, or `unknown` and the nearest class.
  public var description: String {
    let list = classes.map(\.description).joined(separator: ", ")
    if isUnknown { return classes.isEmpty ? "unknown" : "unknown (nearest \(classes[0].description))" }
    return list.isEmpty ? "nothing" : list
  }
}

/// The condition on which a classifier answers that a picture is unknown.
public enum UnknownAnswers: Sendable, Hashable {
  /// At the rate that the file records, if the file has a novelty score.
  case asTaught
  /// At another rate: the share of pictures of the taught classes that the classifier may call unknown, at least 0 and less
  /// than 1. The higher the rate, the fewer pictures of other things get the name of a class.
  case atRate(Double)
  /// Never: the classifier answers with classes for every picture.
  case never
}
