/// What a model runs on.
public enum Hardware: Sendable, Hashable {
  /// The processor, with so many threads for one inference.
  case cpu(threads: Int)
  /// An Edge TPU for the operators that were compiled for it, and the processor for the others.
  case edgeTPU(EdgeTPU, threads: Int)

  /// The threads of the processor for one inference.
  public var threads: Int {
    switch self {
    case .cpu(let threads), .edgeTPU(_, let threads): threads
    }
  }

  /// The Edge TPU, where it is one.
  public var edgeTPU: EdgeTPU? {
    switch self {
    case .cpu: nil
    case .edgeTPU(let device, _): device
    }
  }
}
