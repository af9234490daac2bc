import ArgumentParser
import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Cancels the work on Ctrl-C.
enum Interruption {
  /// Runs `work`, and cancels it on SIGINT or SIGTERM.
  ///
  /// - Parameters:
  ///   - words: The message to print if it is cancelled.
  ///   - work: The work.
  /// - Throws: The errors of `work`, and exit code 130 if it was cancelled.
  static func guarding(or words: String, _ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task(operation: work)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
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
      throw ExitCode(130)
    }
  }
}
