/// The part of each batch that one of several workers reads.
///
/// The parts are consecutive and differ in size by at most one picture. Together they are the batch, so the pictures of a batch
/// do not depend on the number of workers.
public struct BatchShare: Sendable, Hashable {
  /// The number of the worker, from 0, and the number of workers.
  public let index, count: Int

  /// Creates the share of a worker; by default the whole batch. Numbers out of range become the nearest ones within.
  public init(_ index: Int = 0, of count: Int = 1) {
    self.count = max(1, count)
    self.index = min(max(0, index), self.count - 1)
  }

  /// Returns the places of the share in a batch.
  public func places(batchSize: Int) -> Range<Int> {
    batchSize * index / count..<batchSize * (index + 1) / count
  }
}
