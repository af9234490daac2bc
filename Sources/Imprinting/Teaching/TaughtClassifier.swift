public import Heads
import Inference
import ModelSurgery
import Platform
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A taught classifier, opened to be taught further: its model and the embeddings file beside it.
///
/// ```swift
/// let taught = try TaughtClassifier(contentsOf: URL(filePath: "flowers.tflite"))
/// if case .ignored(let path) = taught.embeddings { print("\(path) holds other classes") }
/// let teacher = try Teacher(continuing: taught)
/// ```
public struct TaughtClassifier: Sendable {
  /// How the embeddings file beside a model can be used.
  public enum Embeddings: Sendable {
    /// There is no embeddings file.
    case none
    /// The embeddings are of exactly the model's classes: the last layer can be solved again from these and new embeddings.
    case all(EmbeddingSet)
    /// The embeddings are of some of the model's classes; the other classes came with a base model.
    case some(EmbeddingSet)
    /// The file at `path` holds classes that the model does not have. It belongs to another model and is ignored.
    case ignored(path: String)
  }

  /// The model's file.
  public let file: URL
  /// The model.
  public let model: Model
  /// How the embeddings file beside the model can be used.
  public let embeddings: Embeddings
  /// The embeddings file, or nil if there is none.
  public let embeddingsFile: URL?
  /// Whether the model has classes in Coral's layout, imprinted from sums that the file stores.
  public let isImprinted: Bool

  /// Opens a model, and the embeddings file beside it.
  ///
  /// - Throws: `TFLiteError` when the file is not a valid model; `EmbeddingSetError` when the embeddings file is damaged;
  ///   ``ImprintingError/otherModel(embeddings:model:)`` when it holds the model's classes, but was written beside another
  ///   model: one of the files was copied, or the training that wrote them was killed.
  public init(contentsOf file: URL) throws {
    self.file = file
    model = try Model(contentsOf: file)
    isImprinted = !model.imprintedClasses.isEmpty
    embeddingsFile = Teacher.existingEmbeddingsFile(for: file)
    guard let embeddingsFile else {
      embeddings = .none
      return
    }
    let (set, owner) = try EmbeddingSet.read(contentsOf: embeddingsFile)
    let labels = model.carriedLabels?.names ?? [:]
    let names = set.classes.map(\.name)
    if labels == Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0, $1) }) {
      embeddings = .all(set)
    } else if Set(labels.values).isSuperset(of: names) {
      embeddings = .some(set)
    } else {
      embeddings = .ignored(path: embeddingsFile.relativePath)
      return
    }
    if let owner, owner != (try Bytes(mapping: file).sha256) {
      throw ImprintingError.otherModel(embeddings: embeddingsFile.relativePath, model: file.relativePath)
    }
  }

  /// Whether the file of all classes' embeddings holds other pictures than those that the model was taught from, as after
  /// some were removed or added; false where the model does not record its pictures.
  public var hasOtherPictures: Bool {
    guard case .all(let set) = embeddings, let recorded = model.teachingRecord?.pictures else { return false }
    return set.contentDigest.map { $0 != recorded } ?? false
  }

  /// The embeddings of all or some of the model's classes; nil where there are none or they are ignored.
  public var embeddingSet: EmbeddingSet? {
    switch embeddings {
    case .all(let set), .some(let set): set
    case .none, .ignored: nil
    }
  }

  /// The method that matches the model's layout: `Imprinted` for Coral's layout, otherwise `Analytic`.
  public var method: any HeadMethod { isImprinted ? Imprinted() : Analytic() }
}
