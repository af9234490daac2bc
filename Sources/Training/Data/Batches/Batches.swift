import Synchronization

/// Batches in their order, being made ahead of whoever takes them.
///
/// When the value is let go of, or a task that waits for a batch is cancelled, no further picture is read. Whoever
/// iterates a second time goes on where the first iteration stopped.
public final class Batches: Sendable {
  private let queue: BatchQueue
  private let time = Mutex(Duration.zero)

  init(_ queue: BatchQueue) {
    self.queue = queue
    queue.start()
  }

  deinit { queue.stop() }

  /// The next batch, or nil when all were taken.
  ///
  /// - Throws: The ``PictureError`` of a picture that cannot be read, when it is the turn of its batch, and every time
  ///   from then on; `CancellationError` when the task, or one that waited here before, was cancelled.
  public func next() async throws -> Batch? {
    let start = ContinuousClock.now
    defer { time.withLock { $0 += ContinuousClock.now - start } }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { queue.take($0) }
    } onCancel: {
      queue.stop()
    }
  }

  /// How long ``next()`` has kept its callers waiting, in all.
  public var waited: Duration { time.withLock { $0 } }
}

extension Batches: AsyncSequence {
  /// Takes the batches one by one.
  public struct Iterator: AsyncIteratorProtocol {
    let batches: Batches

    /// See ``Batches/next()``.
    public func next() async throws -> Batch? { try await batches.next() }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(batches: self) }
}
