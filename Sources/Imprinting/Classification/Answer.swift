import Inference
import Heads

/// What a classifier says of a picture.
public struct Answer: Sendable, Hashable, Codable {
  /// Whether the picture shows none of the classes: it is unlike all that was taught, or the class that fits best is one
  /// of those that stand for nothing else, `background` or `none`.
  public let isUnknown: Bool
  /// The classes that fit best, best first; those that it is least unlike where it is unknown.
  public let classes: [Classification]
  /// u, how familiar the picture is, or nil where the model does not say.
  public let familiarity: Float?

  /// The best class; ``Classification/unknown`` where the picture shows none, or none has a score that counts.
  public var best: Classification { isUnknown ? .unknown : classes.first ?? .unknown }
}

extension Answer: CustomStringConvertible {
  /// The classes with their scores, or `unknown` and what the picture is nearest to.
  public var description: String {
    let list = classes.map(\.description).joined(separator: ", ")
    if isUnknown { return classes.isEmpty ? "unknown" : "unknown (nearest \(classes[0].description))" }
    return list.isEmpty ? "nothing" : list
  }
}
