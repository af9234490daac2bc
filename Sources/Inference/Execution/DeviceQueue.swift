import Heads
import Dispatch

/// A thread of its own for one device: whoever waits for a device keeps none of the threads that compute.
package final class DeviceQueue: TaskExecutor {
  private let queue = DispatchQueue(label: "imprint.device")

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
