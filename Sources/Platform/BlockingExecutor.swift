import Dispatch

/// A task executor with a dedicated thread, for work that blocks or computes for a long time.
///
/// Such work would occupy a thread of Swift's cooperative pool, which has no more threads than the machine has cores.
package final class BlockingExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "imprint.work")

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// A serial executor with a dedicated thread, for an actor that reads files or computes for a long time.
package final class BlockingSerialExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "imprint.actor")

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
