import Inference
import Heads
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is known of how a model file's classes were taught.
public struct EarlierTeaching: Sendable {
  /// Whether classes were imprinted in Coral's layout, by sums that the file holds.
  public let isImprinted: Bool
  /// What lies beside the file of what was seen, or nil where nothing does, or where it is of classes that the model has not.
  public let seen: EmbeddingSet?
  /// Whether that is all of the model's classes: beside a base's classes it is of the new ones alone.
  public let isWhole: Bool

  /// Finds out what there is.
  ///
  /// - Throws: ``TFLiteError`` when the model is no sound file; ``EmbeddingSetError`` when what lies beside it is damaged.
  public init(of model: URL) throws {
    let file = Teacher.seenFile(for: model)
    let whole = try Model(bytes: Bytes(mapping: model))
    let found = FileManager.default.fileExists(atPath: file.path) ? try EmbeddingSet(contentsOf: file) : nil
    let labels = whole.carriedLabels?.names ?? [:]
    isImprinted = !whole.imprintedClasses.isEmpty
    isWhole = found.map { labels == Labels(classesOf: $0).names } ?? false
    // What was left from another model of the same name tells nothing of this one.
    seen = found.flatMap { Set(labels.values).isSuperset(of: $0.classes.map(\.name)) ? $0 : nil }
  }
}

extension Labels {
  /// The names of the classes that were seen, in their order.
  fileprivate init(classesOf seen: EmbeddingSet) {
    self.init(Dictionary(uniqueKeysWithValues: seen.classes.enumerated().map { ($0, $1.name) }))
  }
}
