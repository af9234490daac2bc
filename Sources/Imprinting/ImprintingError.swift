public import Heads
public import Platform

/// Why classes cannot be taught, or a model cannot be saved.
public struct ImprintingError: DescribedError {
  /// What distinguishes the errors.
  public enum Code: String, Sendable {
    case classIDOutOfOrder, baseClass, noClassesToKeep, nothingLearnt, badName, noPictures, badUnknownRate
    case taughtBesideBase, otherAugmentation, otherEmbeddings
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }

  /// A class id that is negative, or beyond the next free one.
  public static func classIDOutOfOrder(_ id: Int, next: Int) -> Self {
    Self(
      .classIDOutOfOrder,
      "class \(id) cannot be taught: ids run from 0 without a gap, and the next free one is \(next)")
  }

  /// A class that came with the base model, which imprinting must not change.
  public static func baseClass(_ id: Int, name: String?) -> Self {
    Self(
      .baseClass,
      "class \(id)\(name.map { " (\($0))" } ?? "") came with the base model and cannot be taught further",
      remedy: "teach it as a new class under another name, or do not keep the base's classes")
  }

  /// The classes of a bare embedding extractor, which has none, are to be kept.
  public static let noClassesToKeep = Self(
    .noClassesToKeep, "there are no classes to keep: the model is a bare embedding extractor")

  /// A model is to be saved before any class was taught.
  public static let nothingLearnt = Self(
    .nothingLearnt, "nothing was learnt yet", remedy: "teach at least one class before saving")

  /// A class's name that a label file cannot hold.
  public static func badName(_ name: String) -> Self {
    Self(
      .badName,
      "\"\(name.split(whereSeparator: \.isNewline).joined(separator: "⏎"))\" is no name for a class",
      remedy: "a name is one line that is not empty, without a space at its ends")
  }

  /// There is no picture to learn from.
  public static let noPictures = Self(.noPictures, "there is no picture to learn from")

  /// The share of pictures that may be called unknown is not within 0 ..< 1.
  public static func badUnknownRate(_ rate: Double) -> Self {
    Self(
      .badUnknownRate, "the share of pictures that may be called unknown is \(rate)",
      remedy: "it must be at least 0 and less than 1")
  }

  /// A class that stands beside the classes of a base; `path` is the file of its embeddings.
  public static func taughtBesideBase(_ name: String, path: String) -> Self {
    Self(
      .taughtBesideBase,
      "\(name) was taught beside the classes of a base model and cannot be taught further in this model",
      remedy: "teach the base model again, and start from the embeddings in \(path)")
  }

  /// Another augmentation than that of the embeddings at `path` that are continued.
  public static func otherAugmentation(_ augmentation: Augmentation, before: Augmentation, path: String) -> Self {
    Self(
      .otherAugmentation,
      "the augmentation is \(augmentation), and \(before) in \(path), which is continued",
      remedy: "use the same augmentation")
  }

  /// The embeddings at `path` would be replaced by others that cannot be added to them.
  public static func otherEmbeddings(path: String, difference: SpaceDifference) -> Self {
    Self(
      .otherEmbeddings, "\(path) holds embeddings of another kind, which would be lost: \(difference) now",
      remedy: "use the same augmentation and resize, save to another place, or do not save embeddings")
  }
}
