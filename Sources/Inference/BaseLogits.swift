import Heads
import LiteRT
import ModelSurgery
import TFLite

/// The logits that a base gives to embeddings that are at hand: its last layers, run by themselves.
///
/// They are what the base computes, to the bit, whatever its last layers are: no network is run a second time.
public struct BaseLogits: Sendable {
  /// The base's parts.
  public let base: BaseClassifier

  private let head: CompiledModel
  private let encoding: ElementEncoding

  /// Prepares a base's last layers.
  ///
  /// - Parameters:
  ///   - model: The base, a classifier.
  ///   - runtime: The runtime; by default one is opened.
  /// - Throws: `SurgeryError` where it is no classifier that can be extended, `LiteRTError`.
  public init(of model: Model, runtime: Runtime? = nil) throws {
    base = try BaseClassifier(of: model)
    let part = base.head(of: model)
    try part.checkRunnable()
    guard let graph = model.mainSubgraph, let logits = graph.tensor(base.logits) else {
      throw SurgeryError.notOneInputAndOutput(inputs: 1, outputs: 0)
    }
    encoding = try ElementEncoding(of: logits, label: graph.label(of: base.logits))
    let loaded = try LoadedModel(file: Bytes(part.serialized().bytes()), runtime: runtime ?? Runtime())
    head = try CompiledModel(loaded, hardware: .cpu(threads: 1))
  }

  /// The logits of an embedding, its elements as stored, with the softmax's factor: one a class.
  ///
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

extension KeptClasses {
  /// Weighs new classes against a base's, from the embeddings that the new ones were solved from.
  ///
  /// - Parameters:
  ///   - solved: The new classes.
  ///   - seen: What they were solved from: embeddings of the base's own network.
  ///   - base: The base's last layers.
  ///   - share: The share of training pictures that are to win, more than 0 and less than 1.
  /// - Throws: ``KeptClassesError``, ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  public init(
    _ solved: SolvedHead, from seen: EmbeddingSet, base: BaseLogits, share: Double = KeptClasses.share
  ) throws {
    guard seen.classes.contains(where: { $0.count > 1 }) else { throw KeptClassesError.tooFewPictures }
    guard seen.hasEmbeddings else {
      throw EmbeddingSetError.pastBudget("keeping the model's own classes", bytes: seen.budget)
    }
    guard let familiarity = solved.familiarity else { throw KeptClassesError.noDistances }
    guard !familiarity.training.isEmpty else { throw KeptClassesError.tooFewPictures }
    // Of classes with one picture nothing is known.
    let pictures = seen.classes.filter { $0.count > 1 }.flatMap(\.pictures)
    let size = seen.space.byteCount
    let greatest = try pictures.map { picture in
      try base.logits(of: picture.embeddings.slice(0..<size) ?? Bytes()).max() ?? 0
    }
    try self.init(familiarity, baseLogits: greatest, share: share)
  }
}
