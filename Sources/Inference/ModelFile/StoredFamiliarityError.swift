import Heads

/// Why what a file holds of unfamiliar pictures is passed over.
public enum StoredFamiliarityError: Error, Sendable, Hashable {
  /// It was written by a later version.
  case newer(UInt32)
  /// It is not what it should be.
  case damaged(String)
  /// It was made for other last layers than the file has.
  case otherHead(String)
}

extension StoredFamiliarityError: CustomStringConvertible {
  public var description: String {
    let name = "the metadata imprint.familiarity is passed over, so that no picture is called unknown"
    return switch self {
    case .newer(let version): "\(name): it is of version \(version), and 1 is known here"
    case .damaged(let because): "\(name): \(because); teach the model anew"
    case .otherHead(let because): "\(name): \(because); teach the model anew"
    }
  }
}
