public import Foundation

extension Process {
  /// Starts the program with no signal blocked.
  ///
  /// A child inherits the blocked signals of the thread that starts it, and threads of Swift's concurrency block all: a shell
  /// that waits for a job would never hear that the job has ended.
  public func start() throws {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
