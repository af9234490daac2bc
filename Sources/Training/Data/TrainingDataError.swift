/// Why there is nothing to train on.
public enum TrainingDataError: Error, Sendable, Hashable {
  /// Classes without a picture.
  case emptyClasses([String])
  /// A class that is asked for and not there.
  case noSuchClass(String)
  /// A name that several classes have.
  case ambiguousClass(String)
  /// A class that is asked for twice.
  case repeatedClass(String)
}

extension TrainingDataError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .emptyClasses(let names):
      """
      there is no picture of \(names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", "))\
      \(names.count > 5 ? " and \(names.count - 5) other classes" : ""): add some, or leave the class out
      """
    case .noSuchClass(let name):
      "there is no class \"\(name)\" in the data"
    case .ambiguousClass(let name):
      "several classes are called \"\(name)\": give each a name of its own"
    case .repeatedClass(let name):
      "the class \"\(name)\" is asked for twice"
    }
  }
}
