/// Why pictures and their labels cannot be told from a folder or a list.
public enum LabelledPicturesError: Error, Sendable, Hashable {
  case notAFolder(path: String)
}

extension LabelledPicturesError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAFolder(let path): "\(path) is not a folder: one that holds a folder a class is needed"
    }
  }
}
