/// How many pictures of each class are learnt from.
public enum Shots: Sendable, Hashable {
  /// So many, or all that there are where a class has fewer.
  case count(Int)
  /// All that are not held back.
  case all

  /// The most pictures to take of a class.
  var limit: Int {
    switch self {
    case .count(let count): max(1, count)
    case .all: .max
    }
  }
}

extension Shots: LosslessStringConvertible {
  /// Reads a positive number or `all`; nil for anything else.
  public init?(_ description: String) {
    if description == "all" {
      self = .all
    } else {
      guard let count = Int(description), count > 0 else { return nil }
      self = .count(count)
    }
  }

  public var description: String {
    switch self {
    case .count(let count): String(count)
    case .all: "all"
    }
  }
}

extension Shots: Encodable {
  /// A number, or `"all"`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let count): try container.encode(count)
    case .all: try container.encode("all")
    }
  }
}
