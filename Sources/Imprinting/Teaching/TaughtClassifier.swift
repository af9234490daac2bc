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

/// A classifier that was taught, opened to be taught further: its model, and what the embeddings beside it are good for.
///
/// ```swift
/// let taught = try TaughtClassifier(contentsOf: URL(filePath: "flowers.tflite"))
/// if case .ignored(let path) = taught.embeddings { print("\(path) holds other classes") }
/// let teacher = try Teacher(continuing: taught)
/// ```
public struct TaughtClassifier: Sendable {
  /// What the embeddings beside a model are good for.
  public enum Embeddings: Sendable {
    /// There is no file of embeddings.
    case none
    /// They are of exactly the model's classes: the last layer is solved anew, from these and new ones.
    case all(EmbeddingSet)
    /// They are of some of the model's classes; the others came with a base model.
    case some(EmbeddingSet)
    /// The file at `path` holds classes that the model does not have: it is of another model, and is not used.
    case ignored(path: String)
  }

  /// The model's file.
  public let file: URL
  /// The model.
  public let model: Model
  /// What the embeddings beside it are good for.
  public let embeddings: Embeddings
  /// The file of the embeddings, where there is one.
  public let embeddingsFile: URL?
  /// Whether classes were imprinted in Coral's layout, by sums that the file holds.
  public let isImprinted: Bool

  /// Opens a model, and the embeddings beside it.
  ///
  /// - Throws: ``TFLiteError`` when the file is no valid model; ``EmbeddingSetError`` when the embeddings are damaged.
  public init(contentsOf file: URL) throws {
    self.file = file
    model = try Model(contentsOf: file)
    isImprinted = !model.imprintedClasses.isEmpty
    embeddingsFile = Teacher.existingEmbeddingsFile(for: file)
    guard let embeddingsFile else {
      embeddings = .none
      return
    }
    let set = try EmbeddingSet(contentsOf: embeddingsFile)
    let labels = model.carriedLabels?.names ?? [:]
    let names = set.classes.map(\.name)
    if labels == Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0, $1) }) {
      embeddings = .all(set)
    } else if Set(labels.values).isSuperset(of: names) {
      embeddings = .some(set)
    } else {
      embeddings = .ignored(path: embeddingsFile.relativePath)
    }
  }

  /// The embeddings, of all or some of the model's classes; nil where there are none or they are not used.
  public var embeddingSet: EmbeddingSet? {
    switch embeddings {
    case .all(let set), .some(let set): set
    case .none, .ignored: nil
    }
  }

  /// The method that goes on with the model's layout: ``Imprinted`` for Coral's, else ``Analytic``.
  public var method: any HeadMethod { isImprinted ? Imprinted() : Analytic() }
}
