import Imprinting
import Platform

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

/// The keys that are pressed on the terminal of standard input, one by one and without a line's end.
final class TerminalKeys: Sendable {
  /// The keys, until ``run(while:)`` ends.
  let presses: AsyncStream<Character>
  private let continuation: AsyncStream<Character>.Continuation

  init() { (presses, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1000)) }

  /// Whether standard input is a terminal.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Reads keys on the caller's thread until `isWanted` returns false; the terminal is as before then. Ctrl-C still
  /// interrupts.
  func run(while isWanted: () -> Bool) {
    defer { continuation.finish() }
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return }
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
    while isWanted() {
      var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { continue }
      var byte: UInt8 = 0
      guard read(STDIN_FILENO, &byte, 1) == 1 else { return }
      continuation.yield(Character(Unicode.Scalar(byte)))
    }
  }

  /// Takes frames and keys side by side, until no frame is left or a key ends it; closes the queue then.
  ///
  /// - Parameters:
  ///   - take: Called with each frame and the number of frames that were dropped before.
  ///   - press: Called with each key; returns whether to go on.
  func run(
    with queue: FrameQueue, take: @escaping @Sendable (Frame, _ dropped: Int) async throws -> Void,
    press: @escaping @Sendable (Character) async throws -> Bool
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: BlockingExecutor()) {
        defer { queue.close() }
        while let (frame, _, dropped) = queue.take() { try await take(frame, dropped) }
      }
      group.addTask(executorPreference: BlockingExecutor()) { self.run { !queue.hasClosed && !Task.isCancelled } }
      group.addTask {
        do {
          for await key in self.presses where try await !press(key) { queue.close() }
        } catch {
          queue.close()
          throw error
        }
      }
      try await group.waitForAll()
    }
  }
}
