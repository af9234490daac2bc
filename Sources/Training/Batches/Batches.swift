import Synchronization

/// A sequence of batches in a fixed order, which are prepared ahead of the consumer.
///
/// Reading stops when the value is released, or when a task that waits for a batch is cancelled. A second iteration continues
/// where the first one stopped.
public final class Batches: Sendable {
  private let queue: BatchQueue
  private let time = Mutex(Duration.zero)

  init(_ queue: BatchQueue) {
    self.queue = queue
    queue.start()
  }

  deinit { queue.stop() }

  /// Returns the next batch, or nil after the last.
  ///
  /// - Throws: `PictureError` for a picture that cannot be read, when its batch is due and in every later call;
  ///   `CancellationError` if the task, or an earlier task that waited here, was cancelled.
  public func next() async throws -> Batch? {
    let start = ContinuousClock.now
    defer { time.withLock { $0 += ContinuousClock.now - start } }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { queue.take($0) }
    } onCancel: {
      queue.stop()
    }
  }

  /// The total time that callers of ``next()`` have waited.
  public var waited: Duration { time.withLock { $0 } }
}

extension Batches: AsyncSequence {
  /// Iterates over the batches.
  public struct Iterator: AsyncIteratorProtocol {
    let batches: Batches

    /// Returns the next batch; see ``Batches/next()``.
    public func next() async throws -> Batch? { try await batches.next() }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(batches: self) }
}

/// A batch of pictures with their labels.
public struct Batch: Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The number of the batch in the epoch, from 0.
  public let number: Int
  /// The width and height of the pictures in pixels.
  public let side: Int
  /// The classes of the pictures.
  public let labels: [Int32]
  /// The indices of the pictures among the data's examples.
  public let indices: [Int32]

  private let memory: BatchMemory

  init(epoch: Int, number: Int, side: Int, labels: [Int32], indices: [Int32], memory: BatchMemory) {
    self.epoch = epoch
    self.number = number
    self.side = side
    self.labels = labels
    self.indices = indices
    self.memory = memory
  }

  /// The number of pictures.
  public var count: Int { indices.count }

  /// A copy of the RGB bytes in the order `[count][side][side][3]`.
  public var pixels: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Calls `body` with the bytes of ``pixels`` without a copy; they are valid during the call only.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(memory) { () throws(Failure) in try body(UnsafeRawBufferPointer(memory.bytes)) }
  }
}

/// The memory of a batch's pixels, which several threads fill concurrently.
///
/// It is safe to share: each picture's part is written by one thread, and nothing is read before every thread has reported
/// under a lock that it is done.
final class BatchMemory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  /// Allocates uninitialised bytes.
  init(count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }

  deinit { bytes.deallocate() }
}
