import Heads
import Imprinting
import Inference
import Synchronization
import TFLite

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

/// What the command says: results on standard output, everything else on standard error.
enum Terminal {
  /// Prints a result.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``, as of a full disk.
  static func print(_ text: String) throws(TFLiteError) {
    guard write(text + "\n", to: STDOUT_FILENO) else {
      throw .cannotWrite(path: "standard output", reason: String(cString: strerror(errno)))
    }
  }

  /// Prints a warning.
  static func warn(_ text: String) { say("Warning: \(text)\n") }

  /// Prints a word on how the work goes on. That it cannot be printed stops nothing.
  static func say(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Prints where the time went, where that is wanted.
  static func show(_ profile: ProfileReport?) {
    if let profile { say(profile.text + "\n") }
  }

  /// Whether somebody watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether results go to the same screen as everything else.
  static var showsResults: Bool { isatty(STDOUT_FILENO) == 1 }

  /// A value as JSON, keys in order.
  static func json(_ value: some Encodable, isOneLine: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      isOneLine ? [.sortedKeys, .withoutEscapingSlashes] : [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Writes all of a text; false where the system refuses, for a reason in `errno`.
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written > 0 { bytes = bytes.dropFirst(written) } else if errno != EINTR { return false }
    }
    return true
  }
}

// Inside the type its own `write` stands before the system's.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// A bar that grows while the work goes on, where somebody watches; in a pipe there is none.
final class Progress: Sendable {
  private let total: Int
  private let isShown: Bool
  // The bar's length when it was last drawn.
  private let drawn = Mutex(-1)

  /// - Parameter total: How many pieces of work there are; of none no bar is shown.
  init(total: Int) {
    self.total = total
    isShown = total > 0 && Terminal.isWatched
  }

  /// Shows that so many pieces are done.
  func update(_ done: Int) {
    guard isShown else { return }
    let length = min(Self.width, done * Self.width / total)
    drawn.withLock { drawn in
      guard length != drawn || done == total else { return }
      drawn = length
      let bar = String(repeating: "█", count: length) + String(repeating: "░", count: Self.width - length)
      Terminal.say("\r\(bar) \(done) of \(total)")
    }
  }

  /// Takes the bar away, if there is one.
  func finish() {
    drawn.withLock { drawn in
      if drawn >= 0 { Terminal.say("\r\u{1B}[K") }
      drawn = -1
    }
  }

  private static let width = 40
}

/// Text in columns.
enum Table {
  /// Text with spaces behind it up to a width; longer text is cut.
  static func left(_ text: String, _ width: Int) -> String {
    text.count > width
      ? String(text.prefix(max(0, width - 1))) + "…" : text + String(repeating: " ", count: width - text.count)
  }

  /// Text with spaces before it up to a width.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A line for each of the shares of pictures whose class is among the first one, two, …
  static func topK(_ shares: some Sequence<Double>) -> [String] {
    shares.enumerated().map { place, share in
      "  " + (place == 0 ? "first         " : "in the first \(place + 1)") + "  " + percent(share)
    }
  }

  /// A number and what is counted, as in `1 picture` and `2 pictures`.
  static func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

  /// A share of 1 in percent, as in `87.1 %`.
  static func percent(_ share: Double) -> String { Decimals.string(100 * share, places: 1) + " %" }
}
