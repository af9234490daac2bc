import ModelSurgery
import Pictures
import Torch

extension TrainingSession {
  /// Pictures of a batch as tensors.
  func pictures(_ batch: Batch) throws -> TorchTensor {
    try batch.withUnsafeBytes {
      try torch.pictures(
        $0, count: batch.count, side: batch.side, mean: network.base.mean, deviation: network.base.deviation)
    }
  }

  /// Asks the network, as its weights are, about pictures.
  func evaluate(
    _ data: TrainingData, threads: Int, report: (_ done: Int, _ count: Int) -> Void = { _, _ in },
    isolation: isolated (any Actor)
  ) async throws -> NetworkEvaluation {
    var evaluation = NetworkEvaluation(labels: data.labels)
    let batches = try batches(evaluating: data, threads: threads)
    while let batch = try await batches.next() {
      for (scores, label) in zip(try logits(of: pictures(batch)), batch.labels) {
        evaluation.add(scores, label: Int(label))
      }
      report(evaluation.count, data.count)
    }
    return evaluation
  }

  /// The embeddings of the pictures of batches, `[count, D]`, as the network is used.
  ///
  /// - Parameter report: Is told how many pictures each batch had.
  func embeddings(
    of batches: Batches, count: Int, isolation: isolated (any Actor), report: (Int) -> Void
  ) async throws -> WeightTensor {
    var elements: [Float] = []
    elements.reserveCapacity(count * network.base.outputs)
    while let batch = try await batches.next() {
      elements += try embedding(of: pictures(batch)).elements()
      report(batch.count)
    }
    guard let tensor = WeightTensor(shape: [count, network.base.outputs], elements) else {
      throw TrainingError.badWeights("embeddings", because: "there are \(elements.count) elements")
    }
    return tensor
  }

  /// Batches of pictures as the network is used on them, each as large as one of training.
  func batches(evaluating data: TrainingData, threads: Int) throws -> Batches {
    try BatchLoader(
      evaluating: data, side: settings.side, batchSize: settings.batchSize, resize: .crop, threads: threads
    ).batches()
  }
}
