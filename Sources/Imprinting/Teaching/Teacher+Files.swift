#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The files beside a model file.
extension Teacher {
  /// Returns the label file of a model file: the same path with the extension `.txt`.
  public static func labelFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("txt")
  }

  /// Returns the embeddings file of a model file: the same path with the extension `.embeddings`.
  public static func embeddingsFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("embeddings")
  }

  /// Returns the existing embeddings file of a model file: ``embeddingsFile(for:)``, or else the file with the extension
  /// `.seen`, which earlier versions wrote; nil if there is neither.
  public static func existingEmbeddingsFile(for model: URL) -> URL? {
    [embeddingsFile(for: model), model.deletingPathExtension().appendingPathExtension("seen")]
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}
