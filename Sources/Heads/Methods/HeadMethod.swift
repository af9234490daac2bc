public import ModelSurgery
public import Platform

/// A method that solves for a linear head from embeddings.
///
/// To add a method, compute a `LinearHead` from ``LabelledFeatures``. It works wherever the methods of this module do:
///
/// ```swift
/// struct NearestMean: HeadMethod {
///   static let name = "nearest-mean"
///
///   func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
///     let features = try LabelledFeatures(embeddings)
///     // Weights and biases from features.rows and features.labels.
///     let head = try LinearHead(
///       transform: embeddings.space.transform, dimension: features.rows.columns, weights: weights, biases: biases)
///     return SolvedHead(head: head, classes: features.classes)
///   }
/// }
/// ```
public protocol HeadMethod: Sendable {
  /// The name by which the method is chosen, such as `analytic`.
  static var name: String { get }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``, ``EmbeddingSetError`` where the method needs individual embeddings and the set stores only
  ///   sums, `SurgeryError` where a weight is not finite, and `LinearAlgebraError`.
  func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead
}

/// The head methods of this module, each with its default settings.
public enum HeadMethods {
  /// All methods, the default method first.
  public static var all: [any HeadMethod] {
    [Analytic(), Imprinted(), Prototypes(), SoftmaxHead(), FineTuned()]
  }

  /// The names of all methods, in the same order.
  public static var names: [String] { all.map { type(of: $0).name } }

  /// Returns the method of a name such as `fine-tuned`, or nil where no method has the name.
  public static func named(_ name: String) -> (any HeadMethod)? { all.first { type(of: $0).name == name } }
}

extension HeadMethod where Self == Analytic {
  /// The head in closed form, with its default settings.
  public static var analytic: Analytic { Analytic() }
}

extension HeadMethod where Self == Imprinted {
  /// Weight imprinting, with its default scale.
  public static var imprinted: Imprinted { Imprinted() }
}

extension HeadMethod where Self == Prototypes {
  /// Several prototypes per class, with the default settings.
  public static var prototypes: Prototypes { Prototypes() }
}

extension HeadMethod where Self == SoftmaxHead {
  /// Multinomial logistic regression, with its default settings.
  public static var softmax: SoftmaxHead { SoftmaxHead() }
}

extension HeadMethod where Self == FineTuned {
  /// Weight imprinting with fine-tuning, with the default settings.
  public static var fineTuned: FineTuned { FineTuned() }
}

/// A head with its leave-one-out cross-validation and its novelty score.
public struct SolvedHead: Sendable {
  /// The head.
  public let head: LinearHead
  /// The names of the classes, in the order of the head's logits.
  public let classes: [String]
  /// The leave-one-out cross-validation, or nil where the method does not support it, the set stores only sums, or no class
  /// has two pictures.
  public let leaveOneOut: LeaveOneOut?
  /// The novelty score, which measures how far a picture is from all taught classes, or nil where the method does not
  /// compute it.
  public let novelty: NoveltyScore?

  /// Creates a solved head.
  public init(head: LinearHead, classes: [String], leaveOneOut: LeaveOneOut? = nil, novelty: NoveltyScore? = nil) {
    self.head = head
    self.classes = classes
    self.leaveOneOut = leaveOneOut
    self.novelty = novelty
  }
}

/// Why a head cannot be solved for.
public struct HeadError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case tooFewClasses, badSetting
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// There is only one class, and too few of its pictures to tell it from everything else.
  public static func tooFewPicturesOfOneClass(_ count: Int) -> Self {
    Self(
      code: .tooFewClasses, message: "only one class was taught, and its pictures do not tell it from everything else",
      remedy: """
        give \(count < NoveltyScore.leastPictures ? "\(NoveltyScore.leastPictures) or more" : "different") pictures of it, so \
        that all others are unknown, or teach a second class
        """)
  }

  /// There are fewer than two classes.
  public static func tooFewClasses(_ count: Int) -> Self {
    Self(
      code: .tooFewClasses, message: "\(count == 0 ? "no class was" : "only one class was") taught",
      remedy: "a classifier needs two or more classes")
  }

  /// A setting of a method is out of range.
  public static func badSetting(name: String, value: String, needed: String) -> Self {
    Self(code: .badSetting, message: "\(name) is \(value)", remedy: "it must be \(needed)")
  }
}

extension HeadError {
  /// Throws where a setting is not a positive number.
  static func checkPositive(_ value: Double, name: String) throws(HeadError) {
    guard value > 0, value.isFinite, Float(value).isFinite else {
      throw .badSetting(name: name, value: "\(value)", needed: "a number above 0")
    }
  }

  /// Throws where a setting is negative or not finite.
  static func checkNotNegative(_ value: Double, name: String) throws(HeadError) {
    guard value >= 0, value.isFinite else {
      throw .badSetting(name: name, value: "\(value)", needed: "a number of at least 0")
    }
  }

  /// Throws where a count is not positive.
  static func checkCount(_ value: Int, name: String) throws(HeadError) {
    guard value > 0 else { throw .badSetting(name: name, value: "\(value)", needed: "a whole number of at least 1") }
  }

  /// Throws where there are fewer than two classes.
  static func checkClasses(_ embeddings: EmbeddingSet) throws(HeadError) {
    guard embeddings.classes.count > 1 else { throw .tooFewClasses(embeddings.classes.count) }
  }
}
