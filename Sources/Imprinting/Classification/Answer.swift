public import Heads

/// A classifier's answer about a picture: the best classes, or that it shows none of them.
///
/// ```swift
/// let answer = try await classifier.classify(URL(filePath: "rose.jpg"))
/// print(answer)                                            // rose 0.930, tulip 0.041, iris 0.012
/// if let best = answer.best { print(best.label) }          // rose
/// ```
public struct Answer: Sendable, Hashable, Codable {
  /// Whether the picture shows none of the classes: it is unlike all that was taught, or its best class is one that stands
  /// for everything else, `background` or `none`.
  public let isUnknown: Bool
  /// The classes with the highest scores, best first; for an unknown picture those that it is least unlike.
  public let classes: [Classification]
  /// u, the higher, the more like what was taught the picture is; nil where the model has no novelty score.
  public let noveltyScore: Float?

  /// The best class; nil where the picture is unknown, or no score counts.
  public var best: Classification? { known.first }

  /// The classes; none where the picture is unknown.
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

/// When a classifier answers that a picture is unknown.
public enum UnknownAnswers: Sendable, Hashable {
  /// As the file says: at the rate at which it was taught, where it has a novelty score.
  case asTaught
  /// At another rate: the share, from 0 to less than 1, of pictures of the taught classes that may be called unknown. The
  /// higher it is, the fewer strange pictures get the name of a class.
  case atRate(Double)
  /// Never: every picture gets classes.
  case never
}
