import Inference
import Heads
import ModelSurgery
import TFLite

/// One class of an engine's model.
struct ImprintedClass: Sendable, Hashable {
  /// The stored row and bias that the file came with, for as long as they hold: written back byte for byte.
  var stored: StoredRow?
  /// What the class was imprinted from; nil of a class that came with the base.
  var sum: EmbeddingSum?
  /// The norm as the file's description has it, for as long as it holds.
  var storedNorm: String?
  /// Whether the sum is to stand in the file: not where the description says as much.
  var isRecorded = true
  /// The class's name, where it is known.
  var name: String?

  struct StoredRow: Sendable, Hashable {
    var weights: Bytes
    var bias: Bytes?
  }

  /// A class of the base.
  init(base: StoredRow, name: String?) {
    stored = base
    self.name = name
  }

  /// A class that imprinting makes.
  init(sum: EmbeddingSum, name: String?) {
    self.sum = sum
    self.name = name
  }

  /// Adds embeddings; what the file held of the class no longer holds then.
  mutating func add(_ other: EmbeddingSum) throws(EmbeddingError) {
    guard var sum else { return }
    try sum.add(other)
    self.sum = sum
    stored = nil
    storedNorm = nil
    isRecorded = true
  }

  /// The row to write: the normalised sum in the kernel's own encoding, unless the file's own still holds.
  func row(_ encoding: ElementEncoding) -> [UInt8] {
    if let stored { return Array(stored.weights) }
    return encoding.encode(sum?.direction ?? [])
  }

  /// The norm to write, or nil of a class of the base.
  ///
  /// - Parameter unit: What a step of the embedding is worth.
  func norm(unit: Float) -> String? {
    storedNorm ?? sum.map { CoralDescription.string($0.norm * Double(unit)) }
  }
}
