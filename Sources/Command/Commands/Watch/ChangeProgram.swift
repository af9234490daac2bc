#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The program of `--on-change`: one runs at a time, for ten seconds at most, and ends with this process. While it
/// runs, only the latest change waits.
final class ChangeProgram: Sendable {
  /// What the program gets in its environment.
  struct Change: Sendable {
    let name: String
    let score: Float
    let before: String?
    let source: String
    let frame: Int
    let time: String
    let picture: URL?

    var environment: [String: String] {
      var values = [
        "IMPRINT_CLASS": name, "IMPRINT_SCORE": "\(score)", "IMPRINT_SOURCE": source, "IMPRINT_FRAME": "\(frame)",
        "IMPRINT_TIME": time,
      ]
      values["IMPRINT_BEFORE"] = before
      values["IMPRINT_PICTURE"] = picture?.path
      // A name may hold what no variable can.
      return values.mapValues { $0.replacing("\0", with: "") }
    }
  }

  private let program: String
  private let changes: AsyncStream<Change>
  private let continuation: AsyncStream<Change>.Continuation

  /// The time after which the program is ended.
  static let limit = Duration.seconds(10)

  init(_ program: String) {
    self.program = program
    (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Notes a change, for which the program runs when it has ended for the one before.
  func note(_ change: Change) { continuation.yield(change) }

  /// Ends after the changes that were noted.
  func finish() { continuation.finish() }

  /// Runs the program for the changes, until ``finish()`` or the end of the task.
  func run() async {
    for await change in changes {
      do {
        let clock = ContinuousClock()
        let end = clock.now + Self.limit
        let child = ChildProcess(
          program: program, arguments: [], environment: change.environment, isGuarded: true)
        let code = try await child.run(log: URL(filePath: "/dev/null")) {
          if clock.now > end { throw TooLong() }
        }
        if code != 0 { Terminal.warn("\(program) ended with \(code) at the change to \(change.name)") }
      } catch is CancellationError {
        return
      } catch is TooLong {
        Terminal.warn("\(program) was ended: it ran for more than \(Self.limit / .seconds(1)) seconds")
      } catch let error as ChildProcess.CannotStart {
        Terminal.warn("\(program) cannot be started: \(String(cString: strerror(error.code)))")
      } catch {
        Terminal.warn(error)
      }
    }
  }

  private struct TooLong: Error {}
}
