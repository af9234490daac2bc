import Platform
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

/// Standard input or a file, read as its bytes come.
///
/// Reading waits on a thread of its own and ends when the task is cancelled, as by Ctrl-C.
final class InputStream: Sendable {
  private let descriptor: Int32
  private let executor = BlockingExecutor()
  /// The name in errors.
  let name: String

  /// Opens a file, or standard input for `-`.
  ///
  /// - Throws: ``InputStreamError``.
  init(_ path: String) throws(InputStreamError) {
    if path == "-" {
      (descriptor, name) = (STDIN_FILENO, "standard input")
    } else {
      (descriptor, name) = (open(path, O_RDONLY | O_CLOEXEC), path)
    }
    guard descriptor >= 0 else { throw .unreadable(path, reason: String(cString: strerror(errno))) }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Waits for bytes and returns those that are there, at most 64 KB; nil at the end.
  ///
  /// - Throws: ``InputStreamError``, `CancellationError`.
  func next() async throws -> [UInt8]? {
    try await withTaskExecutorPreference(executor) { try self.readAvailable() }
  }

  /// Returns all bytes up to the end.
  ///
  /// - Throws: ``InputStreamError`` also where there are more than `limit`; `CancellationError`.
  func all(limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let more = try await next() {
      bytes += more
      guard bytes.count <= limit else { throw InputStreamError.tooLong(name, limit: limit) }
    }
    return bytes
  }

  private func readAvailable() throws -> [UInt8]? {
    while true {
      try Task.checkCancellation()
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
        count = systemRead(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, count)
      }
      if count > 0 { return bytes }
      if count == 0 { return nil }
      if errno != EINTR && errno != EAGAIN {
        throw InputStreamError.unreadable(name, reason: String(cString: strerror(errno)))
      }
    }
  }
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}

/// Cuts bytes that come in pieces into lines.
struct LineSplitter {
  private var rest: [UInt8] = []
  private var isTooLong = false

  /// The longest line, in bytes: no path is longer.
  static let longest = 4096

  /// A line, or nil for one that is too long.
  typealias Line = [UInt8]?

  /// Returns the lines that end in a piece; nil as a piece is the end of the text, and ends its last line.
  mutating func lines(_ piece: [UInt8]?) -> [Line] {
    guard let piece else {
      defer { (rest, isTooLong) = ([], false) }
      return isTooLong ? [nil] : rest.isEmpty ? [] : [Self.trimmed(rest)]
    }
    var found: [Line] = []
    for byte in piece {
      if byte == UInt8(ascii: "\n") {
        found.append(isTooLong ? nil : Self.trimmed(rest))
        (rest, isTooLong) = ([], false)
      } else if rest.count == Self.longest {
        isTooLong = true
      } else {
        rest.append(byte)
      }
    }
    return found
  }

  private static func trimmed(_ line: [UInt8]) -> [UInt8] {
    line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }
}

/// Why standard input or a file cannot be read.
struct InputStreamError: DescribedError {
  enum Code: String, Sendable {
    case unreadable, tooLong, isTerminal
  }

  let code: Code
  let message: String
  let remedy: String?

  static func unreadable(_ name: String, reason: String) -> Self {
    Self(code: .unreadable, message: "\(name) cannot be read: \(reason)", remedy: nil)
  }

  static func tooLong(_ name: String, limit: Int) -> Self {
    Self(code: .tooLong, message: "\(name) has more than \(limit) bytes", remedy: nil)
  }

  static let isTerminal = Self(
    code: .isTerminal, message: "standard input is a terminal, which sends no picture",
    remedy: "pipe a picture into the command, or name its file")
}
