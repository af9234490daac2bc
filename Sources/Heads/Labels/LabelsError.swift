/// Why classes cannot be named or renamed so.
public enum LabelsError: Error, Sendable, Hashable {
  /// The model's output is no vector of scores.
  case noClasses
  /// There are not as many names as classes.
  case wrongCount(names: Int, classes: Int)
  /// Several classes would have one name.
  case sameName(String, classes: [Int])
  /// A name that a label file cannot hold.
  case badName(String, classID: Int)
  /// No class has the name; `nearest` are names that are like it.
  case noSuchClass(String, nearest: [String])
  /// A label file that cannot be read.
  case badFile(path: String, reason: String)
  /// A change that is not of the form `old=new`.
  case noChange(String)
}

extension LabelsError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .noClasses:
      "the model's output is no vector of scores: it has no classes that could be named"
    case .wrongCount(let names, let classes):
      "there are \(names) names for \(classes) classes: every class needs one, in the order of the model's output"
    case .sameName(let name, let classes):
      "the classes \(classes.prefix(5).map(String.init).joined(separator: ", ")) would all be called \(name): give each a "
        + "name of its own"
    case .badName(let name, let id):
      "class \(id) cannot be called \"\(name.prefix(256))\": a name is one line, and neither begins nor ends with a space"
    case .noSuchClass(let name, let nearest):
      "no class is called \(name.prefix(256))"
        + (nearest.isEmpty ? "" : "; did you mean \(nearest.joined(separator: " or "))?")
    case .badFile(let path, let reason):
      "the label file \(path) cannot be used: \(reason)"
    case .noChange(let text):
      "'\(text.prefix(256))' is no change of a name: it takes 'old=new'"
    }
  }
}
