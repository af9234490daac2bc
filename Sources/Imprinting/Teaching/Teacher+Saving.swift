public import Heads
import ModelSurgery
import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Teacher {
  /// Checks before learning that the embeddings can be saved beside a model file.
  ///
  /// - Throws: ``ImprintingError/otherEmbeddings(path:difference:)`` where saving would overwrite earlier embeddings of the
  ///   continued model with which the new ones cannot be merged.
  public nonisolated func checkSaving(to file: URL) throws {
    _ = try record(of: EmbeddingSet(space: extractor.space), for: file)
  }

  /// Writes the model, and beside it its labels, by default as `<id>  <label>` lines, replacing existing files: all or none. If the
  /// process is killed between the replacements, ``TaughtClassifier`` refuses embeddings that are older than the model.
  ///
  /// - Parameters:
  ///   - file: The model's file.
  ///   - withEmbeddings: Whether to write the embeddings beside it, so that ``init(continuing:method:labels:resize:augmentation:from:budget:execution:)-(URL,_,_,_,_,_,_,_)``
  ///     can continue from them.
  ///   - labelFormat: The layout of the label file.
  /// - Returns: The label file, ``labelFile(for:)``.
  /// - Throws: ``ImprintingError/nothingLearnt``, `HeadError`, ``ImprintingError/otherEmbeddings(path:difference:)``, and
  ///   `AtomicFileError` when a file cannot be written, or when two of them would be the same file.
  @discardableResult
  public func save(
    to file: URL, withEmbeddings: Bool = false, labelFormat: LabelFormat = .indexed
  ) throws -> URL {
    let labelFile = Self.labelFile(for: file)
    guard labelFile.path != file.path else {
      throw AtomicFileError.cannotWrite(
        path: file.path, reason: "its labels would overwrite it; give it the extension .tflite")
    }
    let embeddingsFile = Self.embeddingsFile(for: file)
    if withEmbeddings, embeddingsFile.path == file.path {
      throw AtomicFileError.cannotWrite(
        path: file.path, reason: "its embeddings would overwrite it; give it the extension .tflite")
    }
    let model = try taughtModel().model.serialized().pieces
    let names = labels.text(labelFormat, count: classCount)
    var files = [(file: AtomicFile(file), pieces: model), (AtomicFile(labelFile), [Bytes(Array(names.utf8))])]
    if withEmbeddings {
      let record = try record(of: embeddings, for: file).pieces(besideModel: model.digest.hexadecimal)
      files.append((AtomicFile(embeddingsFile), record))
    }
    try AtomicFile.write(files)
    return labelFile
  }

  /// Writes the embeddings beside a model file, without the model, for example after learning failed.
  ///
  /// - Returns: The file, ``embeddingsFile(for:)``.
  /// - Throws: ``ImprintingError/otherEmbeddings(path:difference:)``, and `AtomicFileError` when the file cannot be written.
  @discardableResult
  public func saveEmbeddings(beside file: URL) throws -> URL {
    let embeddingsFile = Self.embeddingsFile(for: file)
    try record(of: embeddings, for: file).write(to: embeddingsFile)
    return embeddingsFile
  }

  /// Returns the embeddings to write beside a model file, including those of classes that the continued file already had.
  private nonisolated func record(of embeddings: EmbeddingSet, for file: URL) throws -> EmbeddingSet {
    guard let earlier = fileEmbeddings else { return embeddings }
    var both = EmbeddingSet(
      space: earlier.set.space, budget: earlier.budget ?? max(earlier.set.budget, embeddings.budget))
    try both.merge(earlier.set)
    do {
      try both.merge(embeddings)
      return both
    } catch let error as EmbeddingSetError {
      guard let difference = error.difference else { throw error }
      // Saving beside another model file leaves the earlier embeddings alone; saving beside this one would overwrite them.
      let before = Self.embeddingsFile(for: earlier.taught.file)
      guard Self.isSame(Self.embeddingsFile(for: file), before) else { return embeddings }
      throw ImprintingError.otherEmbeddings(
        path: (earlier.taught.embeddingsFile ?? before).relativePath, difference: difference)
    }
  }

  private static func isSame(_ one: URL, _ other: URL) -> Bool {
    one.resolvingSymlinksInPath().standardizedFileURL.path == other.resolvingSymlinksInPath().standardizedFileURL.path
  }
}
