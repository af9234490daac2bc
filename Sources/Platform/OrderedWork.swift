import Synchronization

/// Independent pieces of work on several workers, with the results in the order of the pieces.
///
/// Each worker has a dedicated thread, outside Swift's cooperative pool, and does one piece at a time. No piece begins more
/// than 16 pieces per worker ahead of the next result, so memory does not grow with the number of pieces.
package enum OrderedWork {
  /// Runs `work` for every index in `0 ..< count` and passes each result to `deliver`, in order.
  ///
  /// - Parameters:
  ///   - count: The number of pieces.
  ///   - workers: A value for each worker, passed to `work`.
  ///   - executors: The threads of the workers; missing threads are created for this run.
  ///   - isolation: The actor on which `deliver` runs: that of the caller.
  ///   - work: Does one piece. It is called concurrently, but never at the same time with the same worker.
  ///   - deliver: Called with the index and result of each piece, in order and never concurrently.
  /// - Throws: The first error of `work` or `deliver`, and `CancellationError` when the task is cancelled. When this function
  ///   returns or throws, no worker is running any more.
  package static func run<Worker: Sendable, Value: Sendable>(
    count: Int, workers: [Worker], executors: [BlockingExecutor] = [],
    isolation: isolated (any Actor)? = #isolation,
    work: @escaping @Sendable (Worker, Int) throws -> Value,
    deliver: (Int, Value) throws -> Void
  ) async throws {
    guard count > 0 else { return }
    let crew = Crew(count: count, workers: workers, executors: executors, work: work)
    do {
      for index in 0..<count { try deliver(index, try await crew.next()) }
    } catch {
      await crew.stop()
      throw error
    }
    await crew.stop()
  }
}

/// The results of independent pieces of work, as an asynchronous sequence in the order of the pieces.
///
/// The work begins at the first call of `next()`. Further pieces begin as the caller asks for results, so the work pauses
/// while nobody asks. Cancelling the task that asks for results, or releasing the iterator, ends the work.
package struct OrderedResults<Value: Sendable>: AsyncSequence, Sendable {
  package typealias Element = Value
  package typealias Failure = any Error

  private let count: Int
  private let begin: @Sendable () throws -> Crew<Value>

  /// - Parameters:
  ///   - count: The number of pieces.
  ///   - begin: Returns the workers and their threads; called once for each iteration.
  ///   - end: Called once for each iteration, when no worker is running any more.
  ///   - work: Does one piece. It is called concurrently, but never at the same time with the same worker.
  package init<Worker: Sendable>(
    count: Int, begin: @escaping @Sendable () throws -> (workers: [Worker], executors: [BlockingExecutor]),
    end: @escaping @Sendable ([Worker]) -> Void,
    work: @escaping @Sendable (Worker, Int) throws -> Value
  ) {
    self.count = count
    self.begin = {
      let (workers, executors) = try begin()
      return Crew(count: count, workers: workers, executors: executors, end: { end(workers) }, work: work)
    }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(count: count, begin: begin) }

  package final class Iterator: AsyncIteratorProtocol {
    private let count: Int
    private let begin: @Sendable () throws -> Crew<Value>
    private var crew: Crew<Value>?
    private var delivered = 0

    init(count: Int, begin: @escaping @Sendable () throws -> Crew<Value>) {
      self.count = count
      self.begin = begin
    }

    deinit { crew?.cancel() }

    package func next() async throws -> Value? { try await next(isolation: nil) }

    package func next(isolation actor: isolated (any Actor)?) async throws -> Value? {
      guard delivered < count else { return nil }
      do {
        let crew = try self.crew ?? begin()
        self.crew = crew
        let value = try await crew.next()
        delivered += 1
        if delivered == count { await crew.stop() }
        return value
      } catch {
        delivered = count
        await crew?.stop()
        throw error
      }
    }
  }
}

/// Workers on their threads, and the results that are not delivered yet.
final class Crew<Value: Sendable>: Sendable {
  private struct State {
    /// The number of pieces that have begun.
    var begun = 0
    /// The number of results that have been delivered.
    var delivered = 0
    /// The workers without a piece.
    var idle: [Int]
    var tasks: [Int: Task<Void, Never>] = [:]
    /// The results that are not delivered yet. An error is delivered after the results of all pieces before it.
    var results: [Int: Result<Value, any Error>] = [:]
    /// Whether a piece failed. No further piece begins then; running pieces end.
    var hasFailed = false
    var isStopped = false
    /// The caller that waits for the next result.
    var waiter: CheckedContinuation<Value, any Error>?
    /// The time when a waiter last received a result.
    var lastDelivery: ContinuousClock.Instant?
    /// The callers that wait for the last worker to stop.
    var stopping: [CheckedContinuation<Void, Never>] = []
    var hasEnded = false
  }

  private let count: Int
  private let window: Int
  private let executors: [BlockingExecutor]
  private let work: @Sendable (Int, Int) throws -> Value
  private let end: @Sendable () -> Void
  private let state: Mutex<State>

  init<Worker: Sendable>(
    count: Int, workers: [Worker], executors: [BlockingExecutor], end: @escaping @Sendable () -> Void = {},
    work: @escaping @Sendable (Worker, Int) throws -> Value
  ) {
    self.count = count
    window = 16 * workers.count
    self.executors = workers.indices.map { executors.indices.contains($0) ? executors[$0] : BlockingExecutor() }
    self.work = { place, index in try work(workers[place], index) }
    self.end = end
    state = Mutex(State(idle: Array(workers.indices.reversed())))
  }

  /// Waits for the next result and returns it.
  func next(isolation: isolated (any Actor)? = #isolation) async throws -> Value {
    try Task.checkCancellation()
    return try await withTaskCancellationHandler {
      // A closure inherits the isolation of its function only if it names the actor; otherwise each call changes threads
      // twice.
      _ = isolation
      return try await withCheckedThrowingContinuation { continuation in
        let result: Result<Value, any Error>? = state.withLock { state in
          if state.isStopped { return .failure(CancellationError()) }
          let result = take(from: &state)
          if result == nil { state.waiter = continuation }
          wake(in: &state)
          return result
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Ends the work, and waits until no worker is running any more.
  func stop(isolation: isolated (any Actor)? = #isolation) async {
    cancel()
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.idle.count < executors.count { state.stopping.append(continuation) }
        return state.idle.count == executors.count
      }
      if isIdle { continuation.resume() }
    }
  }

  /// Ends the work: no further piece begins.
  func cancel() {
    let (waiter, tasks, isLast) = state.withLock { state in
      state.isStopped = true
      defer { state.waiter = nil }
      return (state.waiter, Array(state.tasks.values), isEnd(of: &state))
    }
    for task in tasks { task.cancel() }
    waiter?.resume(throwing: CancellationError())
    if isLast { end() }
  }

  /// Wakes as many workers as there are pieces to begin.
  private func wake(in state: inout State) {
    guard !state.isStopped, !state.hasFailed else { return }
    for _ in 0..<min(state.idle.count, min(count - state.begun, state.delivered + window - state.begun)) {
      guard let place = state.idle.popLast() else { return }
      state.tasks[place] = Task(executorPreference: executors[place]) { self.workOn(at: place) }
    }
  }

  /// Does pieces until there is none to begin.
  private func workOn(at place: Int) {
    while let index = begin(at: place) {
      let result = Result { try work(place, index) }
      let now = ContinuousClock.now
      let delivery = state.withLock { state -> Delivery? in
        state.results[index] = result
        if case .failure = result { state.hasFailed = true }
        // Waking the waiter costs as much time as a small picture. While there is more to do, wake it only for several
        // results, or after 10 ms.
        guard state.results.count * 4 >= window || state.lastDelivery.map({ now - $0 > .milliseconds(10) }) ?? true
        else {
          return nil
        }
        return takeDelivery(from: &state, at: now)
      }
      delivery?.make()
    }
  }

  /// Returns the next piece for a worker, or nil if there is none; the worker is then idle.
  private func begin(at place: Int) -> Int? {
    let (index, stopping, isLast, delivery) = state.withLock { state in
      if !state.isStopped, !state.hasFailed, state.begun < count, state.begun < state.delivered + window {
        state.begun += 1
        return (Int?(state.begun - 1), [CheckedContinuation<Void, Never>](), false, Delivery?.none)
      }
      state.idle.append(place)
      state.tasks[place] = nil
      let delivery = takeDelivery(from: &state, at: .now)
      guard state.idle.count == executors.count else { return (nil, [], false, delivery) }
      defer { state.stopping = [] }
      return (nil, state.stopping, isEnd(of: &state), delivery)
    }
    if isLast { end() }
    for continuation in stopping { continuation.resume() }
    delivery?.make()
    return index
  }

  /// A result for the caller that waits for it.
  private struct Delivery {
    let waiter: CheckedContinuation<Value, any Error>
    let result: Result<Value, any Error>

    func make() { waiter.resume(with: result) }
  }

  /// Removes and returns the waiter with the next result; nil if either is missing.
  private func takeDelivery(from state: inout State, at time: ContinuousClock.Instant) -> Delivery? {
    guard let waiter = state.waiter, let result = take(from: &state) else { return nil }
    state.waiter = nil
    state.lastDelivery = time
    wake(in: &state)
    return Delivery(waiter: waiter, result: result)
  }

  private func take(from state: inout State) -> Result<Value, any Error>? {
    guard let result = state.results.removeValue(forKey: state.delivered) else { return nil }
    state.delivered += 1
    return result
  }

  /// Returns true once, when the work has ended: it was stopped, and no worker is running.
  private func isEnd(of state: inout State) -> Bool {
    guard state.isStopped, state.idle.count == executors.count, !state.hasEnded else { return false }
    state.hasEnded = true
    return true
  }
}
