/// In what two embedding spaces differ: this one's, and the other's.
public enum SpaceDifference: Sendable, Hashable {
  /// Other networks, by the beginnings of their digests.
  case model(String, String)
  /// Other ways to bring pictures to the network's size.
  case resize(String, String)
  /// Other views of each picture.
  case views(Augmentation, Augmentation)
  /// Other arithmetic.
  case arithmetic(EmbeddingSpace.Arithmetic, EmbeddingSpace.Arithmetic)
}

extension SpaceDifference {
  /// Whether it is in the arithmetic alone.
  var isOfArithmetic: Bool {
    if case .arithmetic = self { true } else { false }
  }
}

extension SpaceDifference: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model(let mine, let other): "another model (\(other)… and not \(mine)…)"
    case .resize(let mine, let other): "pictures resized by \(other) and not by \(mine)"
    case .views(let mine, let other): "\(other.words) a picture and not \(mine.words)"
    case .arithmetic(let mine, let other): "\(other.rawValue) arithmetic and not \(mine.rawValue)"
    }
  }
}
