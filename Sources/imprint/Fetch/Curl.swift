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

/// The user's own curl, which fetches one file a run.
///
/// A library in its place, Foundation's or libcurl itself, would be in every start of the command, and with it TLS and a
/// store of certificates in the file that is installed, which is linked for machines without Swift. curl is on every
/// system, knows the proxies and certificates to go by, and what it does wrong happens in a process of its own. Starting
/// it takes some 10 ms, of which many run side by side.
struct Curl {
  /// What one run came to.
  enum Outcome {
    case done
    /// It may go better another time; after the seconds for which the server asked, if it did.
    case again(PictureFetchError, after: Int?)
    /// What is there already does not fit what the server has: it must be fetched from its beginning.
    case fromTheBeginning
    case failed(PictureFetchError)
  }

  /// The program: a path, or a name that is looked for on `PATH`.
  let program: String
  /// The bytes that a file may have.
  let limit: Int
  /// The seconds for which nothing may come.
  let patience: Int

  /// - Parameter environment: Where `IMPRINT_CURL` may name another curl.
  init(limit: Int, patience: Int, environment: [String: String] = ProcessInfo.processInfo.environment) {
    program = environment["IMPRINT_CURL"].flatMap { $0.isEmpty ? nil : $0 } ?? "curl"
    self.limit = limit
    self.patience = patience
  }

  /// Fetches a file, or goes on with the beginning of it that is there.
  ///
  /// - Parameters:
  ///   - url: An http, https or file address.
  ///   - file: The file to write, or what there is of it.
  ///   - headers: Where the server's headers of the file's beginning stand, or are written to.
  ///   - isChecked: Whether the file's hash is known, so that a wrong beginning would be found.
  ///   - log: A file for what curl prints.
  /// - Throws: ``CurlError``, `CancellationError`, and ``TFLiteError/cannotWrite(path:reason:)``.
  func fetch(_ url: String, to file: URL, headers: URL, isChecked: Bool, log: URL) async throws -> Outcome {
    var arguments = [
      "--silent", "--show-error", "--fail", "--location", "--max-redirs", "10", "--globoff", "--no-buffer",
      "--proto", "=http,https,file", "--proto-redir", "=http,https", "--max-filesize", "\(limit)",
      "--connect-timeout", "\(patience)", "--write-out", "\n\(Self.mark)%{http_code}\n", "--output", file.path,
    ]
    let start = Self.size(of: file)
    let seal = start > 0 ? ResponseHeaders(contentsOf: headers).seal : nil
    let isContinued = start > 0 && (seal != nil || isChecked)
    let answer = isContinued ? log.appendingPathExtension("headers") : headers
    arguments += ["--dump-header", answer.path]
    if isContinued {
      arguments += ["--continue-at", "\(start)"]
      // Of a file that has changed since, the server then sends all.
      if let seal { arguments += ["--header", "If-Range: \(seal)"] }
    } else if start > 0 {
      unlink(file.path)
    }
    let code: Int32
    do {
      code = try await run(arguments + ["--url", url], file: file, log: log)
    } catch let error as PictureFetchError {
      if case .stalled = error { return .again(error, after: nil) }
      return .failed(error)
    }
    let printed = Self.text(log).split(whereSeparator: \.isNewline)
    let status = printed.last { $0.hasPrefix(Self.mark) }.flatMap { Int($0.dropFirst(Self.mark.count)) } ?? 0
    let words = printed.last { $0.hasPrefix("curl: (") }.map(Self.sentence)
    return try outcome(
      code, status: status, words: words, isContinued: isContinued, file: file,
      headers: ResponseHeaders(contentsOf: answer))
  }

  private func run(_ arguments: [String], file: URL, log: URL) async throws -> Int32 {
    let clock = ContinuousClock()
    var last = (size: Self.size(of: file), time: clock.now)
    do {
      return try await ChildProcess(program: program, arguments: arguments).run(log: log) {
        let size = Self.size(of: file)
        if size > limit { throw tooLarge }
        if size != last.size {
          last = (size, clock.now)
        } else if clock.now - last.time > .seconds(patience) {
          throw PictureFetchError.stalled(seconds: patience)
        }
      }
    } catch let error as ChildProcess.CannotStart {
      throw error.code == ENOENT
        ? CurlError.missing(program) : CurlError.unusable(program, reason: String(cString: strerror(error.code)))
    }
  }

  private func outcome(
    _ code: Int32, status: Int, words: String?, isContinued: Bool, file: URL, headers: ResponseHeaders
  ) throws -> Outcome {
    switch code {
    case 0:
      return Self.size(of: file) > limit ? .failed(tooLarge) : .done
    case 22:
      if status == 416, isContinued { return .fromTheBeginning }
      let error = PictureFetchError.status(status)
      return Self.passing.contains(status) ? .again(error, after: headers.retryAfter) : .failed(error)
    case 33, 36:
      return isContinued ? .fromTheBeginning : .failed(.failed(words ?? "curl gave up with \(code)"))
    case 23:
      throw TFLiteError.cannotWrite(path: file.path, reason: words ?? "curl gave up with 23")
    case 63:
      return .failed(tooLarge)
    // Names that are not found, connections that are not made, break off or say nothing.
    case 5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92, 95:
      return .again(.failed(words ?? "curl gave up with \(code)"), after: nil)
    default:
      return .failed(.failed(words ?? "curl gave up with \(code)"))
    }
  }

  private var tooLarge: PictureFetchError { .tooLarge(megabytes: limit / 1_000_000) }

  private static func size(of file: URL) -> Int {
    var status = stat()
    return stat(file.path, &status) == 0 ? Int(clamping: status.st_size) : 0
  }

  private static func text(_ file: URL) -> String {
    String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
  }

  /// What curl complains of, without its name and number.
  private static func sentence(_ line: Substring) -> String {
    let words = line.drop { $0 != ")" }.dropFirst().drop(while: \.isWhitespace)
    return String(words.filter { ($0.asciiValue ?? 32) >= 32 }.prefix(300))
  }

  // Of no line that curl prints by itself.
  private static let mark = "imprint: "

  /// What a server says that may be able to do it another time.
  private static let passing: Set<Int> = [408, 425, 429, 500, 502, 503, 504]
}

/// Why curl, with which pictures are fetched, cannot be run.
enum CurlError: Error, Hashable {
  case missing(String)
  case unusable(String, reason: String)
}

extension CurlError: CustomStringConvertible {
  /// A sentence that names what is wrong and the way out.
  var description: String {
    switch self {
    case .missing(let curl):
      """
      pictures are fetched with curl, and there is no \(curl): install it (sudo apt-get install -y curl), or name another \
      with IMPRINT_CURL
      """
    case .unusable(let curl, let reason):
      "pictures are fetched with curl, and \(curl) cannot be run (\(reason)): name another with IMPRINT_CURL"
    }
  }
}

/// The headers of a server's last answer, as curl writes them down: of one that sent somebody on there are several.
struct ResponseHeaders {
  private let fields: [String: String]

  /// Reads the headers; of a file that is not there or no text there are none.
  init(contentsOf file: URL) {
    let text = String(decoding: (try? Data(contentsOf: file))?.prefix(Self.longest) ?? Data(), as: UTF8.self)
    var fields: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") {
        fields = [:]
      } else if let colon = line.firstIndex(of: ":") {
        let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
        fields[line[..<colon].lowercased()] = String(value)
      }
    }
    self.fields = fields
  }

  /// What tells whether a file is still the one whose beginning came: its tag, unless that is a weak one, else its date.
  var seal: String? {
    if let tag = fields["etag"] { return tag.hasPrefix("\"") ? tag : nil }
    return fields["last-modified"]
  }

  /// The seconds after which the server asks to come again, at most a minute.
  var retryAfter: Int? { fields["retry-after"].flatMap { Int($0) }.map { min(max($0, 0), 60) } }

  private static let longest = 1 << 20
}
