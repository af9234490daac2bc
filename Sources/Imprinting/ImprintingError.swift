public import Heads
public import Pictures
public import Platform

/// Why classes cannot be taught, or a model cannot be saved.
public struct ImprintingError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case classIDOutOfOrder, baseClass, noClassesToKeep, nothingLearnt, badName, noPictures, badUnknownRate
    case taughtBesideBase, otherAugmentation, otherEmbeddings, otherModel
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

  /// The class came with the base model, and imprinting must not change it.
  public static func baseClass(_ id: Int, name: String?) -> Self {
    Self(
      .baseClass,
      "class \(id)\(name.map { " (\($0))" } ?? "") came with the base model and cannot be taught further",
      remedy: "teach it as a new class under another name, or do not keep the base model's classes")
  }

  /// The caller asked to keep the classes of a bare embedding extractor, which has none.
  public static let noClassesToKeep = Self(
    .noClassesToKeep, "there are no classes to keep: the model is a bare embedding extractor")

  /// No class has been taught yet.
  public static let nothingLearnt = Self(
    .nothingLearnt, "no class has been taught yet", remedy: "teach at least one class before saving")

  /// A label file cannot hold the name.
  public static func badName(_ name: String) -> Self {
    Self(
      .badName,
      "a class cannot be called \"\(name.split(whereSeparator: \.isNewline).joined(separator: "⏎"))\"",
      remedy: "a name must be one line, not empty, without spaces at its ends")
  }

  /// There is no picture to learn from.
  public static let noPictures = Self(.noPictures, "there is no picture to learn from")

  /// None of the pictures can be read; the message gives the reasons of the first of them.
  public static func noneReadable(_ errors: [PictureError]) -> Self {
    guard let first = errors.first else { return noPictures }
    let shown = errors.prefix(3).map(\.message).joined(separator: "; ")
    let more = errors.count > 3 ? "; and \(errors.count - 3) more" : ""
    let count = errors.count == 1 ? "the only picture cannot" : "none of the \(errors.count) pictures can"
    return Self(.noPictures, "\(count) be read: \(shown)\(more)", remedy: first.remedy)
  }

  /// The share of pictures that the classifier may call unknown is not within 0 ..< 1.
  public static func badUnknownRate(_ rate: Double) -> Self {
    Self(
      .badUnknownRate, "the share of pictures that may be called unknown is \(rate)",
      remedy: "it must be at least 0 and less than 1")
  }

  /// The class was added to the classes of a base model, so this model cannot teach it further; `path` is the file of its
  /// embeddings.
  public static func taughtBesideBase(_ name: String, path: String) -> Self {
    Self(
      .taughtBesideBase,
      "\(name) was added to the classes of a base model and cannot be taught further in this model",
      remedy: "teach the base model again, and start from the embeddings in \(path)")
  }

  /// The augmentation differs from `before`, that of the embeddings at `path`, which new embeddings would be added to.
  public static func otherAugmentation(_ augmentation: Augmentation, before: Augmentation, path: String) -> Self {
    Self(
      .otherAugmentation,
      "the augmentation is \(augmentation), but the embeddings in \(path) have \(before)",
      remedy: "use the same augmentation")
  }

  /// Saving would overwrite the embeddings at `path` with embeddings that cannot be merged with them.
  public static func otherEmbeddings(path: String, difference: SpaceDifference) -> Self {
    Self(
      .otherEmbeddings, "the embeddings in \(path) would be lost, as the new ones differ from them: \(difference)",
      remedy: "use the same augmentation and resize, save to another place, or do not save embeddings")
  }

  /// The embeddings beside a model are of its classes, but were written beside another model.
  public static func otherModel(embeddings: String, model: String) -> Self {
    Self(
      .otherModel,
      "\(embeddings) was not written with \(model): one of them was copied, or a training was killed while it wrote them",
      remedy: "teach the base model again from \(embeddings) and the latest pictures, or move that file away")
  }
}
