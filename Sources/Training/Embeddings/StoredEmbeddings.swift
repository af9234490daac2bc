import Heads
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The embeddings of pictures by a base that is not trained, computed once and kept beside the checkpoints.
struct StoredEmbeddings: Sendable {
  /// Of the pictures to train on and of the test pictures: `[N, D]`.
  let training, test: WeightTensor

  private static let trainingName = "training"
  private static let testName = "test"
  private static let key = "imprint"

  init(training: WeightTensor, test: WeightTensor) {
    self.training = training
    self.test = test
  }

  /// Reads those of the same base and the same pictures, or gives nil where there are none.
  ///
  /// - Parameters:
  ///   - origin: What tells base and pictures from others.
  ///   - counts: How many pictures there are to train on and to test.
  ///   - dimension: D.
  init?(contentsOf file: URL, origin: String, counts: (training: Int, test: Int), dimension: Int) {
    guard let stored = try? NamedWeights(contentsOf: file), stored.metadata[Self.key] == origin,
      let training = stored[Self.trainingName], let test = stored[Self.testName],
      training.shape == [counts.training, dimension], test.shape == [counts.test, dimension]
    else { return nil }
    self.init(training: training, test: test)
  }

  /// Writes them as a whole or not at all.
  func write(to file: URL, origin: String) throws {
    let tensors = NamedWeights([(Self.trainingName, training), (Self.testName, test)])
    try AtomicFile(file).write(tensors.safetensors(metadata: [Self.key: origin]))
  }
}
