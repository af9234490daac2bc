import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An executor with its own thread, for an actor that uses libtorch: libtorch's recorded gradients and worker threads belong
/// to the calling thread.
final class TorchThread: SerialExecutor {
  private let jobs = Jobs()

  init() { jobs.start() }

  deinit { jobs.add(nil) }

  func enqueue(_ job: consuming ExecutorJob) {
    let executor = asUnownedSerialExecutor()
    let job = UnownedJob(job)
    jobs.add { job.runSynchronously(on: executor) }
  }

  /// A queue of jobs; nil marks its end.
  fileprivate final class Jobs: Sendable {
    private let waiting = Mutex<[(@Sendable () -> Void)?]>([])
    private let count = DispatchSemaphore(value: 0)

    /// Runs the jobs on a new thread, which ends after the last.
    func start() {
      let context = Unmanaged.passRetained(self).toOpaque()
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      pthread_create(&thread, nil, threadBody, context)
    }

    func add(_ job: (@Sendable () -> Void)?) {
      waiting.withLock { $0.append(job) }
      count.signal()
    }

    /// Waits for the next job and returns it.
    func next() -> (@Sendable () -> Void)? {
      count.wait()
      return waiting.withLock { $0.removeFirst() }
    }
  }
}

#if canImport(Darwin)
  private let threadBody: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
    let jobs = Unmanaged<TorchThread.Jobs>.fromOpaque(context).takeRetainedValue()
    while let job = jobs.next() { job() }
    return nil
  }
#else
  private let threadBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context else { return nil }
    let jobs = Unmanaged<TorchThread.Jobs>.fromOpaque(context).takeRetainedValue()
    while let job = jobs.next() { job() }
    return nil
  }
#endif
