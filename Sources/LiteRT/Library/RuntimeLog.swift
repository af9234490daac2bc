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
enum RuntimeLog {
  // C's standard error is one per process, and so is the right to exchange it.
  private static let exchange = Mutex(())

  /// Runs `work` with C's standard error caught, and returns what the runtime printed meanwhile.
  ///
  /// Lines that others print at the same time are passed on: the runtime's own are known by their severity. The file
  /// descriptor is left alone, so that programs that write to it are not affected at all.
  static func caught<Result>(_ work: () -> Result) -> (result: Result, printed: String) {
    exchange.withLock { _ in
      var text: UnsafeMutablePointer<CChar>?
      var length = 0
      guard let stream = open_memstream(&text, &length) else { return (work(), "") }
      let standardError = CLiteRTExchangeStandardError(stream)
      let result = work()
      _ = CLiteRTExchangeStandardError(standardError)
      fclose(stream)
      defer { free(text) }
      guard let text else { return (result, "") }
      let lines = String(cString: text).split(separator: "\n", omittingEmptySubsequences: false)
      let severities = ["VERBOSE: ", "INFO: ", "WARNING: ", "ERROR: "]
      let isOurs = { (line: Substring) in line.isEmpty || severities.contains { line.hasPrefix($0) } }
      for line in lines where !isOurs(line) { fputs(line + "\n", standardError) }
      return (result, lines.filter { !$0.isEmpty && isOurs($0) }.joined(separator: "\n"))
    }
  }
}
