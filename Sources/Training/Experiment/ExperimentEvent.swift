/// What is told while an experiment goes on.
public enum ExperimentEvent: Sendable {
  /// So many of all pictures have been embedded.
  case embedding(done: Int, of: Int)
  /// So many of all rounds are over: one a draw and number of pictures.
  case round(done: Int, of: Int)
}
