import ModelSurgery

/// A method that solves for a linear head from embeddings.
public protocol HeadMethod: Sendable {
  /// The name by which the method is chosen, such as `analytic`.
  static var name: String { get }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``, ``EmbeddingSetError`` where the method needs single embeddings and the set holds only sums,
  ///   `SurgeryError` where a weight is not finite, and `LinearAlgebraError`.
  func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead
}

extension HeadMethod where Self == Analytic {
  /// The analytic head with its default settings.
  public static var analytic: Analytic { Analytic() }
}

extension HeadMethod where Self == Imprinted {
  /// Weight imprinting with its default scale.
  public static var imprinted: Imprinted { Imprinted() }
}

extension HeadMethod where Self == Prototypes {
  /// Several prototypes a class, with the default settings.
  public static var prototypes: Prototypes { Prototypes() }
}

extension HeadMethod where Self == SoftmaxHead {
  /// Multinomial logistic regression with its default settings.
  public static var softmax: SoftmaxHead { SoftmaxHead() }
}

extension HeadMethod where Self == FineTuned {
  /// Imprinting and fine-tuning with the default settings.
  public static var fineTuned: FineTuned { FineTuned() }
}

/// The head methods of this module, each with its default settings.
public enum HeadMethods {
  /// All methods, the default one first.
  public static var all: [any HeadMethod] { [.analytic, .imprinted, .prototypes, .softmax, .fineTuned] }

  /// The names of all methods, in the same order.
  public static var names: [String] { all.map { type(of: $0).name } }

  /// Returns the method of a name such as `fine-tuned`, or nil where there is none.
  public static func named(_ name: String) -> (any HeadMethod)? { all.first { type(of: $0).name == name } }
}
