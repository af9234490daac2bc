/// The ways to solve for a head, by the names by which commands know them.
public enum HeadKind: String, Sendable, Hashable, Codable, CaseIterable {
  case analytic
  case imprinted
  case prototypes
  case softmax
  case fineTuned = "fine-tuned"

  /// The method, with its default settings.
  public var method: any HeadMethod {
    switch self {
    case .analytic: Analytic()
    case .imprinted: Imprinted()
    case .prototypes: Prototypes()
    case .softmax: SoftmaxHead()
    case .fineTuned: FineTuned()
    }
  }
}

extension HeadKind {
  /// The names, for a message to someone who used another.
  public static let words = allCases.map(\.rawValue).joined(separator: ", ")
}
