/// How often, and how, a picture is looked at when a class is taught.
public enum Augmentation: String, Sendable, Hashable, Codable, CaseIterable {
  /// Once, as it will be when it is classified.
  case one
  /// Five times: as it is; its centre at 3/4, mirrored; its upper left at 3/4; its lower right at 3/4, mirrored; and whole,
  /// squashed.
  case five
  /// Thirteen times: as it is, its centre and its four corners at 3/4, each also mirrored, and whole, squashed.
  case thirteen

  /// How many views there are.
  public var count: Int {
    switch self {
    case .one: 1
    case .five: 5
    case .thirteen: 13
    }
  }

  /// The number of views for a person.
  package var words: String { self == .one ? "one view" : "\(count) views" }
}

extension Augmentation {
  /// The pictures up to which several views pay for their time: beyond, the pictures themselves show enough.
  public static let usualLimit = 300

  /// What is taken for a number of pictures where nobody says otherwise: five views of few, one of many.
  public static func usual(for pictures: Int) -> Augmentation { pictures <= usualLimit ? .five : .one }
}
