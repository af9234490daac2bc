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

/// Where frames come from.
struct WatchSource: Sendable {
  enum Kind: Sendable, Equatable {
    /// Standard input.
    case standardInput
    /// A folder in which pictures appear.
    case folder
    /// A file that ffmpeg decodes.
    case film
    /// A camera of this machine; `format` is ffmpeg's name of its interface.
    case camera(format: String)
    /// A stream of the network.
    case stream
  }

  let kind: Kind
  /// The path, the device, or the address with its passwords.
  let address: String
  /// The name to print: without user, password and query.
  let name: String

  /// Whether the source goes on without waiting: frames that are not taken in time are lost.
  var isLive: Bool {
    switch kind {
    case .camera, .stream: true
    case .film, .folder: false
    case .standardInput: !Self.isFile(STDIN_FILENO)
    }
  }

  /// Whether the source can be opened again after it ended.
  var isReopened: Bool {
    switch kind {
    case .camera, .stream, .folder: true
    case .film, .standardInput: false
    }
  }

  /// Whether the time of a frame is its place in the source: a file is read as fast as it is classified.
  var isTimedByFrames: Bool { kind == .film || (kind == .standardInput && !isLive) }

  /// Reads a source from the command line: `-`, an address, `avfoundation:0`, a device in `/dev`, a folder, a file, or
  /// `@FILE` for a file that holds one of these.
  ///
  /// - Throws: ``WatchError``.
  init(_ text: String) throws(WatchError) {
    var text = text
    if text.hasPrefix("@") {
      let file = String(text.dropFirst())
      guard let line = try? String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isNewline).first
      else {
        throw .noAddress(file)
      }
      text = line.trimmingCharacters
    }
    if text == "-" {
      (kind, address, name) = (.standardInput, text, "standard input")
    } else if let end = text.firstRange(of: "://") {
      let scheme = text[..<end.lowerBound].lowercased()
      guard Self.schemes.contains(scheme) else { throw .unknownScheme(scheme) }
      (kind, address, name) = (.stream, text, Secrets.shown(text))
    } else if let colon = text.firstIndex(of: ":"), text[..<colon] == "avfoundation" {
      (kind, name) = (.camera(format: "avfoundation"), text)
      address = String(text[text.index(after: colon)...])
    } else if text.hasPrefix("/dev/video") {
      (kind, address, name) = (.camera(format: "v4l2"), text, text)
    } else {
      var status = stat()
      guard stat(text, &status) == 0 else { throw .notThere(text) }
      (kind, address, name) = (status.st_mode & S_IFMT == S_IFDIR ? .folder : .film, text, text)
    }
  }

  private static let schemes: Set<String> = [
    "rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "tcp", "srt",
  ]

  private static func isFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

extension Substring {
  fileprivate var trimmingCharacters: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}

/// The parts of an address that are not to be printed.
struct Secrets: Sendable {
  private let texts: [String]

  /// Finds the user, the password and the query of an address.
  init(of address: String) {
    guard let place = address.firstRange(of: "://") else {
      texts = []
      return
    }
    let rest = address[place.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    var found: [Substring] = []
    if let at = authority.lastIndex(of: "@") {
      found += [authority[..<at]] + authority[..<at].split(separator: ":", maxSplits: 1).dropFirst()
    }
    if let query = rest.firstIndex(of: "?") { found.append(rest[rest.index(after: query)...]) }
    // ffmpeg prints some of them with their percent signs resolved.
    let plain = found.map(String.init).flatMap { [$0, Self.decoded($0)] }
    texts = Array(Set(plain)).filter { !$0.isEmpty }.sorted { ($1.count, $0) < ($0.count, $1) }
  }

  /// Returns a text with its percent signs resolved.
  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether there is anything to hide.
  var isEmpty: Bool { texts.isEmpty }

  /// Returns a text with the secrets replaced by an ellipsis.
  func hidden(in text: String) -> String {
    texts.reduce(text) { $0.replacing($1, with: "…") }
  }

  /// Returns an address without user, password and query.
  static func shown(_ address: String) -> String {
    guard let place = address.firstRange(of: "://") else { return address }
    let rest = address[place.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    let path = rest[authority.endIndex...].prefix { !"?#".contains($0) }
    return "\(address[..<place.upperBound])\(host)\(path)"
  }
}

/// Why a source cannot be watched.
struct WatchError: DescribedError {
  enum Code: String, Sendable {
    case notThere, unknownScheme, noAddress, noFFmpeg, cannotStart, noFrame, ended, badFolder
  }

  let code: Code
  let message: String
  let remedy: String?

  static func notThere(_ path: String) -> Self {
    Self(
      code: .notThere, message: "\(path) does not exist",
      remedy: "a source is -, an address such as rtsp://…, /dev/video0, avfoundation:0, a film or a folder")
  }

  static func unknownScheme(_ scheme: String) -> Self {
    Self(
      code: .unknownScheme, message: "addresses of the kind \(scheme):// cannot be watched",
      remedy: "rtsp, rtsps, rtmp, rtmps, http, https, udp, tcp and srt can")
  }

  static func noAddress(_ file: String) -> Self {
    Self(code: .noAddress, message: "\(file) holds no source: it is missing, empty or no text", remedy: nil)
  }

  static func noFFmpeg(_ program: String) -> Self {
    Self(
      code: .noFFmpeg, message: "cameras, streams and films are decoded by ffmpeg, but there is no \(program)",
      remedy: "install it (sudo apt-get install -y ffmpeg), or name another with IMPRINT_FFMPEG")
  }

  static func cannotStart(_ program: String, reason: String) -> Self {
    Self(code: .cannotStart, message: "\(program) cannot be started: \(reason)", remedy: nil)
  }

  /// The source ended before its first frame.
  static func noFrame(_ source: String, reason: String?) -> Self {
    Self(
      code: .noFrame, message: "\(source) has no frame\(reason.map { ": \($0)" } ?? "")",
      remedy: nil)
  }

  static func ended(_ source: String, reason: String?) -> Self {
    Self(code: .ended, message: "\(source) ended\(reason.map { ": \($0)" } ?? "")", remedy: nil)
  }

  static func badFolder(_ folder: String, reason: String) -> Self {
    Self(code: .badFolder, message: "\(folder) cannot be watched: \(reason)", remedy: nil)
  }
}
