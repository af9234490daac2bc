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
