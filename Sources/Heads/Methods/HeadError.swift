/// Why a head cannot be solved for.
public enum HeadError: Error, Sendable, Hashable {
  /// Fewer than two classes.
  case tooFewClasses(Int)
  /// A setting of a method that makes no sense.
  case badSetting(name: String, value: String, needed: String)
}

extension HeadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewClasses(let count):
      "\(count == 0 ? "no class was" : "only one class was") taught: a classifier needs two or more to tell apart"
    case .badSetting(let name, let value, let needed): "\(name) is \(value); it takes \(needed)"
    }
  }
}
