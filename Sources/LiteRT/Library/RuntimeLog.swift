import CLiteRT
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Keeps what the runtime prints while it works from the user's terminal.
///
/// C's standard error is one per process, and so is the right to exchange it. The stream that stands in for it is made
/// once and never closed: a thread that began to print before it was exchanged back still holds it.
final class RuntimeLog: @unchecked Sendable {
  /// The one of this process; nil where the system gives no stream in memory.
  static let shared = RuntimeLog()

  private let stream: UnsafeMutablePointer<FILE>
  // Kept up to date by the stream whenever it is flushed; guarded by `turn`, as the stream is.
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

  /// Runs `work` with C's standard error caught, and returns what the runtime printed meanwhile.
  ///
  /// Lines that others print at the same time are passed on: the runtime's own are known by their severity. The file
  /// descriptor is left alone, so that programs that write to it are not affected at all.
  func caught<Result>(_ work: () -> Result) -> (result: Result, printed: String) {
    turn.withLock { _ in
      let standardError = CLiteRTExchangeStandardError(stream)
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
      for line in lines where !isOurs(line) { fputs(line + "\n", standardError) }
      return (result, lines.filter { !$0.isEmpty && isOurs($0) }.joined(separator: "\n"))
    }
  }
}
