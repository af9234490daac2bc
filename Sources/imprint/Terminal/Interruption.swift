import ArgumentParser
import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C, as an end of the work rather than of the process.
enum Interruption {
  /// Runs `work`, and cancels it on SIGINT or SIGTERM.
  ///
  /// - Parameters:
  ///   - words: What to say when it was stopped.
  ///   - work: The work.
  /// - Throws: What `work` throws, and exit code 130 when it was stopped.
  static func guarding(or words: String, _ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task(operation: work)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        task.cancel()
        // Whoever asks again does not want to wait for a clean end.
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
