import ArgumentParser

/// The options of several processes that train one network.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("How long to wait for another worker, at the start and in a step.", valueName: "seconds"))
  var workerTimeout = 300.0

  func validate() throws {
    guard workerTimeout >= 1, workerTimeout <= 86_400 else {
      throw ValidationError("--worker-timeout is \(workerTimeout); it takes a number from 1 to 86400")
    }
  }
}
