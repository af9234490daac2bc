import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The embeddings of a frozen base, which are computed once and stored beside the checkpoints.
struct StoredEmbeddings: Sendable {
  /// The embeddings `[N, D]` of the training and the test pictures.
  let training, test: WeightTensor

  private static let trainingName = "training"
  private static let testName = "test"
  private static let key = "imprint"

  init(training: WeightTensor, test: WeightTensor) {
    self.training = training
    self.test = test
  }

  /// Reads a file, or returns nil if the file is missing or is not for this base and these pictures.
  ///
  /// - Parameters:
  ///   - origin: The fingerprint of the base and the pictures.
  ///   - counts: The numbers of training and test pictures.
  ///   - dimension: The dimension D of the embeddings.
  init?(contentsOf file: URL, origin: String, counts: (training: Int, test: Int), dimension: Int) {
    guard let stored = try? NamedWeights(contentsOf: file), stored.metadata[Self.key] == origin,
      let training = stored[Self.trainingName], let test = stored[Self.testName],
      training.shape == [counts.training, dimension], test.shape == [counts.test, dimension]
    else { return nil }
    self.init(training: training, test: test)
  }

  /// Writes the file atomically.
  func write(to file: URL, origin: String) throws {
    let tensors = NamedWeights([(Self.trainingName, training), (Self.testName, test)])
    try AtomicFile(file).write(tensors.safetensors(metadata: [Self.key: origin]))
  }
}
