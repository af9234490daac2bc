import ArgumentParser
import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Signals that ask the process to end, as cancellation of the work.
enum Interruption {
  /// Runs `work`, and cancels it on SIGINT, SIGTERM and SIGHUP: Ctrl-C, `kill`, and a terminal that is closed.
  ///
  /// - Parameters:
  ///   - words: The message to print if it is cancelled.
  ///   - work: The work.
  /// - Throws: The errors of `work`, and exit code 128 plus the signal's number if it was cancelled: 130 for Ctrl-C.
  static func guarding(or words: String, _ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task(operation: work)
    let received = Atomic<Int32>(SIGINT)
    // `nohup` has the process ignore SIGHUP, and wants it to go on.
    let numbers = [SIGINT, SIGTERM] + (signal(SIGHUP, SIG_IGN) == nil ? [SIGHUP] : [])
    let sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        received.store(number, ordering: .relaxed)
        task.cancel()
        // A second Ctrl-C ends the process immediately.
        signal(number, SIG_DFL)
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    do {
      try await task.value
    } catch is CancellationError {
      Terminal.say(words + "\n")
      throw ExitCode(128 + received.load(ordering: .relaxed))
    }
  }
}
