/// Why a model is not the compiled form of another.
public enum CompiledFormError: Error, Sendable, Hashable {
  /// It holds no operator for the Edge TPU.
  case nothingCompiled
  /// It takes or gives something else; each in words.
  case otherEnds(wanted: String, found: String)
}

extension CompiledFormError: CustomStringConvertible {
  /// What is amiss.
  public var description: String {
    switch self {
    case .nothingCompiled: "it holds no operator for the Edge TPU"
    case .otherEnds(let wanted, let found): "it has \(found) where the model has \(wanted)"
    }
  }
}
