public import Heads
public import LiteRT
public import ModelSurgery
public import TFLite

/// The last layers of a base classifier, which compute its logits from embeddings.
///
/// The logits equal those of the complete base bit for bit, whatever its last layers are. The network before the embedding
/// need not run again.
public struct BaseLogits: Sendable {
  /// The parts of the base classifier.
  public let base: BaseClassifier

  private let head: CompiledModel
  private let encoding: ElementEncoding

  /// Prepares the last layers of a base.
  ///
  /// - Parameters:
  ///   - model: The base, a classifier.
  ///   - runtime: The runtime; by default one is opened.
  /// - Throws: `SurgeryError` where the model is not a classifier that can be extended, `LiteRTError`.
  public init(of model: Model, runtime: Runtime? = nil) throws {
    let model = model.runnableForm ?? model
    base = try BaseClassifier(of: model)
    let part = base.head(of: model)
    try part.checkRunnable()
    guard let graph = model.mainSubgraph, let logits = graph.tensor(base.logits) else {
      throw SurgeryError.notOneInputAndOutput(inputs: 1, outputs: 0)
    }
    encoding = try ElementEncoding(of: logits, label: graph.label(of: base.logits))
    let loaded = try LoadedModel(part, runtime: runtime ?? Runtime())
    head = try CompiledModel(loaded, hardware: .cpu(threads: 1))
  }

  /// Returns the logits of an embedding, one for each class, multiplied by the softmax's beta.
  ///
  /// - Parameter embedding: The bytes of the embedding, as the network stores them.
  /// - Throws: ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  public func logits(of embedding: Bytes) throws -> [Float] {
    guard embedding.count == head.input.byteCount else {
      throw InferenceError.wrongTensorSize(bytes: embedding.count, expected: head.input.byteCount)
    }
    let values = try head.run(
      fill: { tensor in embedding.withUnsafeBytes { tensor.copyMemory(from: $0) } },
      read: { [encoding] in encoding.values($0) })
    return base.beta == 1 ? values : values.map { base.beta * $0 }
  }
}

extension BaseClassCalibration {
  /// Calibrates new classes against the classes of a base, from the embeddings from which the new classes were solved.
  ///
  /// - Parameters:
  ///   - solved: The head of the new classes.
  ///   - embeddings: The embeddings from which the head was solved, computed by the base's network.
  ///   - base: The last layers of the base.
  ///   - share: The share of the training pictures that must score above all base classes, more than 0 and less than 1.
  /// - Throws: `BaseClassCalibrationError`, ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  public init(
    _ solved: SolvedHead, from embeddings: EmbeddingSet, base: BaseLogits, share: Double = BaseClassCalibration.share
  ) throws {
    guard embeddings.classes.contains(where: { $0.count > 1 }) else { throw BaseClassCalibrationError.tooFewPictures }
    guard embeddings.hasEmbeddings else {
      throw EmbeddingSetError.pastBudget("keeping the base model's classes", bytes: embeddings.budget)
    }
    guard let novelty = solved.novelty else { throw BaseClassCalibrationError.noDistances }
    guard !novelty.training.isEmpty else { throw BaseClassCalibrationError.tooFewPictures }
    // There are no leave-one-out distances for a class with one picture.
    let pictures = embeddings.classes.filter { $0.count > 1 }.flatMap(\.pictures)
    let size = embeddings.space.byteCount
    let greatest = try pictures.map { picture in
      try base.logits(of: picture.embeddings.slice(0..<size) ?? Bytes()).max() ?? 0
    }
    try self.init(novelty, baseLogits: greatest, share: share)
  }
}
