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

  /// Batches of pictures as the network is used on them, each as large as one of training.
  func batches(evaluating data: TrainingData, threads: Int) throws -> Batches {
    try BatchLoader(
      evaluating: data, side: settings.side, batchSize: settings.batchSize, resize: .crop, threads: threads
    ).batches()
  }
}
