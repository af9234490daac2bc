/// Why no batches can be made.
public enum BatchLoaderError: Error, Sendable, Hashable {
  /// A number of pictures a batch that is not in 1...`limit`.
  case badBatchSize(Int, limit: Int)
  /// Training on fewer examples than a batch has, so that there is no whole batch.
  case tooFewExamples(Int, batchSize: Int)
  /// More examples than can be numbered.
  case tooManyExamples(Int)
  /// A number of threads that is not in 1...`limit`.
  case badThreads(Int, limit: Int)
}

extension BatchLoaderError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badBatchSize(let size, let limit):
      "a batch cannot have \(size) pictures: it must be 1 to \(limit)"
    case .tooFewExamples(let count, let batchSize):
      "there are \(count) pictures to train on, fewer than the \(batchSize) of a batch: take smaller batches"
    case .tooManyExamples(let count):
      "there are \(count) pictures: at most \(Int32.max) can be numbered"
    case .badThreads(let threads, let limit):
      "pictures cannot be read on \(threads) threads: it must be 1 to \(limit)"
    }
  }
}
