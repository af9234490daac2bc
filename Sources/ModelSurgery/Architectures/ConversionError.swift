/// Why weights do not make a model of an architecture.
public enum ConversionError: Error, Sendable, Hashable {
  /// The weights lack tensors that the network has, or have tensors that it lacks.
  case unmatched(architecture: String, missing: [String], extra: [String])
  /// A tensor has another shape than the network's.
  case misshapen(tensor: String, expected: [Int], found: [Int])
  /// A tensor holds a number that is none, is infinite, or leads to one.
  case badNumber(tensor: String, because: String)
}

extension ConversionError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .unmatched(let architecture, let missing, let extra):
      "these are not the weights of \(architecture): "
        + [("they lack", missing), ("they have too many", extra)].filter { !$0.1.isEmpty }
        .map { "\($0) \(Self.list($1))" }.joined(separator: "; ") + ". Is it the right architecture?"
    case .misshapen(let tensor, let expected, let found):
      """
      the tensor "\(tensor)" has the shape \(found), where the network has \(expected). \
      Is it the right architecture?
      """
    case .badNumber(let tensor, let because):
      "the tensor \"\(tensor)\" does not serve: \(because); the weights are damaged, or their training went wrong"
    }
  }

  private static func list(_ names: [String]) -> String {
    let most = 5
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return names.prefix(most).joined(separator: ", ") + rest
  }
}
