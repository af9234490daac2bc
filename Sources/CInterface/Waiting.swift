import CImprint
import Dispatch
import Synchronization

/// The caller's progress function with its context.
struct ProgressCall {
  let function: imprint_progress?
  let context: UnsafeMutableRawPointer?

  /// Returns whether the caller wants the work to stop.
  func stops(_ meter: Meter) -> Bool {
    function.map { $0(context, meter.done.load(ordering: .relaxed), meter.total.load(ordering: .relaxed)) != 0 }
      ?? false
  }
}

/// How much of the work is done.
final class Meter: Sendable {
  let done = Atomic(0)
  let total = Atomic(0)

  func begin(_ total: Int) { self.total.store(total, ordering: .relaxed) }

  func note(_ done: Int) { self.done.store(done, ordering: .relaxed) }
}

/// Does asynchronous work while the caller's thread waits for it and shows its progress.
///
/// The caller's thread, and no other, calls the progress function: a language whose interrupts reach only one thread sees
/// them there.
func waiting<Value: Sendable>(
  _ progress: ProgressCall? = nil, for work: @escaping @Sendable (Meter) async throws -> Value
) throws -> Value {
  try FirstProcess.check()
  let meter = Meter()
  let outcome = Outcome<Value>()
  let end = DispatchSemaphore(value: 0)
  let task = Task.detached {
    let result: Result<Value, any Error>
    do { result = .success(try await work(meter)) } catch { result = .failure(error) }
    outcome.result.withLock { $0 = result }
    end.signal()
  }
  if let progress, progress.function != nil {
    var isStopped = false
    while end.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      guard !isStopped, progress.stops(meter) else { continue }
      isStopped = true
      task.cancel()
    }
    if !isStopped { _ = progress.stops(meter) }
  } else {
    end.wait()
  }
  guard let result = outcome.result.withLock({ $0 }) else { throw CancellationError() }
  return try result.get()
}

/// The outcome of the work, which another thread stores.
private final class Outcome<Value: Sendable>: Sendable {
  let result = Mutex<Result<Value, any Error>?>(nil)
}
