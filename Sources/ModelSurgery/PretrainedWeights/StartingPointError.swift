/// Why a file does not serve as the weights that training begins with.
public enum StartingPointError: Error, Sendable, Hashable {
  /// A tensor's shape in the network and in the file.
  public struct Shapes: Sendable, Hashable {
    public let tensor: String
    public let expected, found: [Int]
  }

  /// The tensors are not those of the network: it has ones that are missing, lacks ones that are extra, or has them of
  /// other shapes. `fitting` is a known network that the file does fit.
  case otherWeights(
    architecture: String, missing: [String], extra: [String], misshapen: [Shapes], fitting: String?)
  /// The layers of a model are not those of the network: `because` says where they part.
  case otherLayers(architecture: String, because: String, fitting: String?)
  /// The model is compiled for an Edge TPU, which hides its weights.
  case compiled

  static func otherWeights(architecture: String, _ difference: WeightDifference, fitting: String?) -> Self {
    .otherWeights(
      architecture: architecture, missing: difference.missing, extra: difference.extra,
      misshapen: difference.misshapen, fitting: fitting)
  }
}

extension StartingPointError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .otherWeights(let architecture, let missing, let extra, let misshapen, let fitting):
      "these are not the weights of \(architecture): "
        + [
          Self.list("lack", missing),
          Self.list("have too many", extra),
          Self.list("have another shape in", misshapen.map { "\($0.tensor) (\($0.found), not \($0.expected))" }),
        ].compactMap { $0 }.joined(separator: "; ") + ". " + Self.advice(fitting)
    case .otherLayers(let architecture, let because, let fitting):
      "the model's layers are not those of \(architecture): \(because). " + Self.advice(fitting)
    case .compiled:
      """
      the model is compiled for an Edge TPU, which hides its weights; give the model that it was compiled from
      """
    }
  }

  private static func advice(_ fitting: String?) -> String {
    fitting.map { "They are those of \($0)" } ?? "Is it the right architecture?"
  }

  private static func list(_ words: String, _ names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let most = 4
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return "they \(words) \(names.prefix(most).joined(separator: ", "))\(rest)"
  }
}
