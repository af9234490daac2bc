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

/// The user's curl, which downloads one file per run.
///
/// A library such as Foundation's networking or libcurl would slow down every start of the command, and would add TLS and a
/// certificate store to the statically linked program. Every system has curl, configured with its proxies and certificates,
/// and a crash of curl does not end the command. Starting it takes about 10 ms, and many processes run in parallel.
struct Curl {
  /// The outcome of one run.
  enum Outcome {
    case done
    /// A temporary error; `after` is the delay in seconds that the server asked for, if it did.
    case again(PictureFetchError, after: Int?)
    /// The partial download does not match the file on the server: the download must start again from the beginning.
    case fromTheBeginning
    case failed(PictureFetchError)
  }

  /// The program: a path, or a name to look up in `PATH`.
  let program: String
  /// The largest file, in bytes.
  let limit: Int
  /// The number of seconds after which a download is abandoned that stalls, or gets less than 1000 bytes a second.
  let patience: Int

  /// - Parameter environment: Its `IMPRINT_CURL` names another curl.
  init(limit: Int, patience: Int, environment: [String: String] = ProcessInfo.processInfo.environment) {
    program = environment["IMPRINT_CURL"].flatMap { $0.isEmpty ? nil : $0 } ?? "curl"
    self.limit = limit
    self.patience = patience
  }

  /// Downloads a file, or resumes its download.
  ///
  /// - Parameters:
  ///   - url: An http, https or file URL.
  ///   - file: The file to write; it may hold the first part.
  ///   - headers: The file of the response headers of the first part, read or written.
  ///   - isChecked: Whether the file's hash is known, so that a wrong first part will be detected.
  ///   - seconds: The number of seconds that the download may take.
  ///   - log: A file for the output of curl.
  /// - Throws: ``CurlError``, `CancellationError`, and ``AtomicFileError/cannotWrite(path:reason:)``.
  func fetch(
    _ url: String, to file: URL, headers: URL, isChecked: Bool, seconds: Int, log: URL
  ) async throws -> Outcome {
    var arguments = [
      "--silent", "--show-error", "--fail", "--location", "--max-redirs", "10", "--globoff", "--no-buffer",
      "--proto", "=http,https,file", "--proto-redir", "=http,https", "--max-filesize", "\(limit)",
      "--connect-timeout", "\(patience)", "--speed-limit", "1000", "--speed-time", "\(patience + 2)", "--max-time",
      "\(seconds)", "--write-out", "\n\(Self.mark)%{http_code}\n", "--output", file.path,
    ]
    let start = Self.size(of: file)
    let validator = start > 0 ? ResponseHeaders(contentsOf: headers).validator : nil
    let isContinued = start > 0 && (validator != nil || isChecked)
    let answer = isContinued ? log.appendingPathExtension("headers") : headers
    arguments += ["--dump-header", answer.path]
    if isContinued {
      arguments += ["--continue-at", "\(start)"]
      // If the file has changed since, the server sends all of it.
      if let validator { arguments += ["--header", "If-Range: \(validator)"] }
    } else if start > 0 {
      unlink(file.path)
    }
    let code: Int32
    do {
      code = try await run(arguments + ["--url", url], file: file, log: log)
    } catch let error as PictureFetchError {
      return error.code == .stalled ? .again(error, after: nil) : .failed(error)
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
      return Self.temporary.contains(status) ? .again(error, after: headers.retryAfter) : .failed(error)
    case 33, 36:
      return isContinued ? .fromTheBeginning : .failed(.failed(words ?? "curl gave up with \(code)"))
    case 23:
      throw AtomicFileError.cannotWrite(path: file.path, reason: words ?? "curl gave up with 23")
    case 63:
      return .failed(tooLarge)
    // Names that do not resolve; connections that fail, break or stall.
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

  /// Returns the message of curl without its name and number.
  private static func sentence(_ line: Substring) -> String {
    let words = line.drop { $0 != ")" }.dropFirst().drop(while: \.isWhitespace)
    return String(words.filter { ($0.asciiValue ?? 32) >= 32 }.prefix(300))
  }

  // No other line of curl's output begins with this text.
  private static let mark = "imprint: "

  /// The HTTP status codes of temporary errors.
  private static let temporary: Set<Int> = [408, 425, 429, 500, 502, 503, 504]
}

/// Why curl cannot be run.
struct CurlError: DescribedError {
  enum Code: String, Sendable {
    case missing, unusable
  }

  let code: Code
  let message: String
  let remedy: String?

  static func missing(_ curl: String) -> Self {
    Self(
      code: .missing, message: "pictures are downloaded with curl, but there is no \(curl)",
      remedy: "install it (sudo apt-get install -y curl), or name another with IMPRINT_CURL")
  }

  static func unusable(_ curl: String, reason: String) -> Self {
    Self(
      code: .unusable, message: "pictures are downloaded with curl, but \(curl) cannot be run: \(reason)",
      remedy: "name another with IMPRINT_CURL")
  }
}

/// The headers of the last response, as curl dumps them: after redirects there are several.
struct ResponseHeaders {
  private let fields: [String: String]

  /// Reads the headers; a file that is missing or not text has none.
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

  /// The validator for resuming a download: the ETag unless it is weak, else the date of the last change.
  var validator: String? {
    if let tag = fields["etag"] { return tag.hasPrefix("\"") ? tag : nil }
    return fields["last-modified"]
  }

  /// The delay in seconds that the server asks for, at most a minute.
  var retryAfter: Int? { fields["retry-after"].flatMap { Int($0) }.map { min(max($0, 0), 60) } }

  private static let longest = 1 << 20
}
