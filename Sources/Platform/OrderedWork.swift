/// Independent pieces of work on several workers, with the results handed over one by one in the order of the pieces.
package enum OrderedWork {
  /// Runs `work` for every index in `0 ..< count` and hands each result to `deliver`, in order.
  ///
  /// No worker has more than one piece at a time, and no piece is begun more than a few dozen ahead of the one to be
  /// handed over next: memory does not grow with `count`.
  ///
  /// - Parameters:
  ///   - count: The number of pieces.
  ///   - workers: What each worker works with; there are as many workers as elements.
  ///   - executors: Where each worker works, for those that wait more than they compute; by default all share as many
  ///     threads as there are cores.
  ///   - isolation: Where `deliver` runs: with the caller.
  ///   - work: Does one piece; called concurrently, but never at the same time with the same worker.
  ///   - deliver: Takes one result; never called concurrently.
  /// - Throws: What `work` or `deliver` throw first, and `CancellationError` when the task is cancelled.
  package static func run<Worker: Sendable, Value: Sendable>(
    count: Int, workers: [Worker], executors: [any TaskExecutor] = [], isolation: isolated (any Actor)? = #isolation,
    work: @escaping @Sendable (Worker, Int) throws -> Value,
    deliver: (Int, Value) throws -> Void
  ) async throws {
    let window = 16 * workers.count
    try await withThrowingTaskGroup(of: (index: Int, worker: Int, value: Value).self) { group in
      var idle = Array(workers.indices)
      var begun = 0
      var delivered = 0
      var waiting: [Int: Value] = [:]
      while delivered < count {
        try Task.checkCancellation()
        while begun < count, begun < delivered + window, let place = idle.popLast() {
          let index = begun
          begun += 1
          let worker = workers[place]
          group.addTask(executorPreference: executors.indices.contains(place) ? executors[place] : nil) {
            (index, place, try work(worker, index))
          }
        }
        guard let piece = try await group.next() else { break }
        idle.append(piece.worker)
        waiting[piece.index] = piece.value
        while let value = waiting.removeValue(forKey: delivered) {
          try deliver(delivered, value)
          delivered += 1
        }
      }
    }
  }
}
