import ArgumentParser
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The options of several processes that train one network.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Train with n processes on this machine, which share each batch. For several machines, start the command with \
      torchrun, or with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT. (default: 1)
      """, valueName: "n"))
  var workers: Int?

  @Option(
    help: ArgumentHelp("How long to wait for another worker, at the start and in a step.", valueName: "seconds"))
  var workerTimeout = 300.0

  func validate() throws {
    guard workerTimeout >= 1, workerTimeout <= 86_400 else {
      throw ValidationError("--worker-timeout is \(workerTimeout); it takes a number from 1 to 86400")
    }
    if let workers, !(1...256).contains(workers) {
      throw ValidationError("--workers is \(workers); it takes a number from 1 to 256")
    }
  }

  /// The place that a launcher gives this process; nil for one process.
  ///
  /// - Throws: ``WorkerError``, and `UsageError` if `--workers` is another number than the launcher's.
  func place() throws -> WorkerPlace? {
    let place = try WorkerPlace(ProcessInfo.processInfo.environment)
    if let place, let workers, workers != place.count {
      throw UsageError(
        "--workers is \(workers), but WORLD_SIZE is \(place.count)",
        remedy: "leave out --workers: a launcher starts the workers")
    }
    return place
  }
}
