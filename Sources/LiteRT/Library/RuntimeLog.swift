import CLiteRT
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Captures the runtime's output, so that it does not reach the user's terminal.
///
/// A process has one C standard error stream, so calls take turns to replace it. The replacement stream is made once and
/// never closed: a thread that began to print before the original was restored still holds it.
final class RuntimeLog: @unchecked Sendable {
  /// The log of this process; nil if the system cannot make a stream in memory.
  static let shared = RuntimeLog()

  private let stream: UnsafeMutablePointer<FILE>
  // Updated by the stream whenever it is flushed; guarded by `turn`, as the stream is.
  private let text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let length: UnsafeMutablePointer<Int>
  private let turn = Mutex(())

  private init?() {
    text = .allocate(capacity: 1)
    text.initialize(to: nil)
    length = .allocate(capacity: 1)
    length.initialize(to: 0)
    guard let stream = open_memstream(text, length) else {
      text.deallocate()
      length.deallocate()
      return nil
    }
    self.stream = stream
  }

  /// Runs `work` with C's standard error captured, and returns what the runtime printed meanwhile.
  ///
  /// Lines that other code prints at the same time are passed on to standard error; the runtime's own lines begin with
  /// a severity. The file descriptor is not replaced, so code that writes to it directly is not affected.
  func capturing<Result>(_ work: () -> Result) -> (result: Result, printed: String) {
    turn.withLock { _ in
      // Optional or not, depending on the C library's version.
      let standardError: UnsafeMutablePointer<FILE>? = CLiteRTExchangeStandardError(stream)
      let result = work()
      _ = CLiteRTExchangeStandardError(standardError)
      fflush(stream)
      let printed = text.pointee.map {
        String(decoding: UnsafeRawBufferPointer(start: $0, count: length.pointee), as: UTF8.self)
      }
      fseeko(stream, 0, SEEK_SET)

      let lines = (printed ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      let severities = ["VERBOSE: ", "INFO: ", "WARNING: ", "ERROR: "]
      let isOurs = { (line: Substring) in line.isEmpty || severities.contains { line.hasPrefix($0) } }
      if let standardError {
        for line in lines where !isOurs(line) { fputs(line + "\n", standardError) }
      }
      return (result, lines.filter { !$0.isEmpty && isOurs($0) }.joined(separator: "\n"))
    }
  }
}
