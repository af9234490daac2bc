/// What training came to.
public struct TrainingResult: Sendable {
  /// All epochs, those before it was resumed too.
  public let history: [EpochResult]
  /// The checkpoint to use: the one that did best on the test pictures, or the last where there are none.
  public let best: Checkpoint
  /// How the best did on the test pictures, in detail; nil where there are none.
  public let evaluation: NetworkEvaluation?
  /// How many seconds the embeddings of a frozen base took, the steps, and the waiting for pictures among the latter.
  public let embeddingSeconds, stepSeconds, waitingSeconds: Double
}
