/// What a model runs on.
public enum Hardware: Sendable, Hashable {
  /// The processor, with so many threads for one inference.
  case cpu(threads: Int)
}
