import Heads
package import LiteRT
import ModelSurgery
package import TFLite

/// The layers of a model behind its embedding. They compute the model's outputs from embeddings that are known already.
package struct ModelTail: Sendable {
  private let head: CompiledModel
  private let encoding: ElementEncoding

  /// Prepares the last layers of a model.
  ///
  /// - Returns: nil where there are none, or they do not compute in floats throughout: the numbers of quantised layers may
  ///   differ by a step between the arithmetic of the complete model and that of its last layers.
  package init?(of model: Model, runtime: Runtime) {
    guard let embedding = try? model.embedding(), let part = try? model.split(at: [embedding]).head,
      let graph = part.mainSubgraph, let (_, output) = try? part.onlyInputAndOutput(),
      graph.operators.flatMap(\.outputs).allSatisfy({ graph.tensor($0)?.type == .float32 }),
      let vector = graph.tensor(output), (try? part.checkRunnable()) != nil,
      let encoding = try? ElementEncoding(of: vector, label: graph.label(of: output)),
      let loaded = try? LoadedModel(part, runtime: runtime),
      let head = try? CompiledModel(loaded, hardware: .cpu(threads: 1))
    else { return nil }
    self.head = head
    self.encoding = encoding
  }

  /// Returns the model's outputs for an embedding.
  ///
  /// - Parameter embedding: The bytes of the embedding, as the network stores them.
  /// - Throws: ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  package func outputs(of embedding: Bytes) throws -> [Float] {
    guard embedding.count == head.input.byteCount else {
      throw InferenceError.wrongTensorSize(bytes: embedding.count, expected: head.input.byteCount)
    }
    return try head.run(
      fill: { tensor in embedding.withUnsafeBytes { tensor.copyMemory(from: $0) } },
      read: { [encoding] in encoding.values($0) })
  }
}
