import Synchronization

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
  private let keys = Mutex<[Character]>([])

  /// Whether standard input is a terminal.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Reads keys on the caller's thread until `isWanted` returns false; the terminal is as before then. Ctrl-C still
  /// interrupts.
  func run(while isWanted: () -> Bool) {
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
      keys.withLock { $0.append(Character(Unicode.Scalar(byte))) }
    }
  }

  /// Returns the keys that were pressed since the last call.
  func pressed() -> [Character] {
    keys.withLock { keys in
      defer { keys = [] }
      return keys
    }
  }
}
