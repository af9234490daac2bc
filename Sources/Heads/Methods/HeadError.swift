/// Why a head cannot be solved for.
public enum HeadError: Error, Sendable, Hashable {
  /// Fewer than two classes.
  case tooFewClasses(Int)
  /// Numbers that do not make whole rows.
  case wrongShape(weights: Int, biases: Int, dimension: Int)
  /// A weight that is infinite or none (NaN).
  case notFinite
  /// A setting of a method that makes no sense.
  case badSetting(name: String, value: String, needed: String)
}

extension HeadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewClasses(let count):
      "\(count == 0 ? "no class was" : "only one class was") taught: a classifier needs two or more to tell apart"
    case .wrongShape(let weights, let biases, let dimension):
      "\(weights) weights and \(biases) biases do not make rows of \(dimension)"
    case .notFinite: "the head holds a weight that is infinite or none (NaN)"
    case .badSetting(let name, let value, let needed): "\(name) is \(value); it takes \(needed)"
    }
  }
}
