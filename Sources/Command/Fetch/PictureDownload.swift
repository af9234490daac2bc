import Pictures
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

/// The download of one picture into its class folder.
///
/// The picture is downloaded to a hidden folder, where a partial download stays for the next run. It is moved to its class
/// folder in one step when it is complete, is a picture, and has the listed hash.
struct PictureDownload {
  /// The outcome of a download.
  enum Result {
    case present
    case fetched(bytes: Int)
    case failed(PictureFetchError)
  }

  let curl: Curl
  /// The number of retries after temporary errors.
  let retries: Int
  /// The number of seconds for a picture, with all retries.
  let time: Int
  /// The folder of the class folders.
  let folder: URL
  /// The hidden folder for partial downloads.
  let underWay: URL
  /// A folder for the output of curl.
  let scratch: URL

  /// Downloads a picture unless it is present.
  ///
  /// - Throws: Errors that stop all downloads: ``CurlError``, `CancellationError`, and
  ///   ``AtomicFileError/cannotWrite(path:reason:)``.
  func fetch(_ entry: PictureEntry) async throws -> Result {
    if try isPresent(entry) { return .present }
    guard Self.isReadable(entry) else { return .failed(.notAFile) }
    let end = ContinuousClock.now + .seconds(time)
    let place = try PictureFolder.partName(of: entry)
    let part = underWay.appending(path: place)
    let headers = underWay.appending(path: place + ".headers")
    let log = scratch.appending(path: place)
    var failures = 0
    var most = Self.size(of: part)
    var hasRestarted = false
    while true {
      let left = end - .now
      // The first part is kept for the next run.
      guard left > .seconds(1) else { return .failed(.tooSlow(seconds: time)) }
      let outcome = try await curl.fetch(
        entry.url, to: part, headers: headers, isChecked: entry.sha256 != nil, seconds: Int(left.components.seconds),
        log: log)
      switch outcome {
      case .done:
        do {
          let bytes = try settle(part, as: entry)
          remove([headers])
          return .fetched(bytes: bytes)
        } catch let error as PictureFetchError where error.code == .wrongHash && most > 0 && !hasRestarted {
          // The first part may be from an older version of the file.
          hasRestarted = true
          most = 0
          remove([part, headers])
        } catch let error as PictureFetchError {
          remove([part, headers])
          return .failed(error)
        }
      case .fromTheBeginning:
        remove([part, headers])
        guard !hasRestarted else { return .failed(.failed("the server sends different files")) }
        hasRestarted = true
      case .failed(let error):
        remove([part, headers])
        return .failed(error)
      case .again(let error, let seconds):
        let size = Self.size(of: part)
        // A connection that breaks often still makes progress: count only failures without progress.
        failures = size > most ? 1 : failures + 1
        most = max(most, size)
        guard failures <= retries else { return .failed(error) }
        let pause = 0.25 * Double(1 << min(failures, 6)) * .random(in: 0.75...1.25)
        try await Task.sleep(for: .seconds(max(pause, Double(seconds ?? 0))))
      }
    }
  }

  /// Whether a URL leads to a file, if it leads to this machine: reading a pipe or a device may never end.
  private static func isReadable(_ entry: PictureEntry) -> Bool {
    guard let url = URL(string: entry.url), url.scheme?.lowercased() == "file" else { return true }
    var status = stat()
    return stat(url.path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether the picture is in its folder, with the listed hash.
  private func isPresent(_ entry: PictureEntry) throws -> Bool {
    try PictureFormat.allCases.contains { format in
      guard let file = try? Bytes(mapping: self.file(of: entry, format)), !file.isEmpty else { return false }
      return try entry.sha256 == nil || entry.sha256 == file.sha256
    }
  }

  private func file(of entry: PictureEntry, _ format: PictureFormat) -> URL {
    folder.appending(path: entry.label).appending(path: "\(entry.stem).\(format.ending)")
  }

  /// Checks the downloaded file and moves it to its folder.
  private func settle(_ part: URL, as entry: PictureEntry) throws -> Int {
    guard let bytes = try? Bytes(mapping: part), let format = bytes.withUnsafeBytes({ PictureFormat($0) }) else {
      throw PictureFetchError.noPicture
    }
    if let expected = entry.sha256, case let found = try bytes.sha256, found != expected {
      throw PictureFetchError.wrongHash(found: found)
    }
    let file = file(of: entry, format)
    try OutputFile.makeFolder(of: file)
    guard rename(part.path, file.path) == 0 else {
      throw AtomicFileError.cannotWrite(path: file.path, reason: String(cString: strerror(errno)))
    }
    return bytes.count
  }

  private static func size(of file: URL) -> Int { (try? Bytes(mapping: file).count) ?? 0 }

  private func remove(_ files: [URL]) {
    for file in files { unlink(file.path) }
  }
}

/// Why a picture was not downloaded.
struct PictureFetchError: DescribedError {
  enum Code: String, Sendable {
    case status, stalled, tooSlow, notAFile, tooLarge, wrongHash, noPicture, failed
  }

  let code: Code
  let message: String
  let remedy: String?

  /// The server answered with this HTTP status.
  static func status(_ status: Int) -> Self {
    Self(
      code: .status, message: "the server answers \(status)\(meanings[status].map { ", \($0)" } ?? "")", remedy: nil)
  }

  static func stalled(seconds: Int) -> Self {
    Self(code: .stalled, message: "no data arrived for \(seconds) seconds", remedy: nil)
  }

  static func tooSlow(seconds: Int) -> Self {
    Self(
      code: .tooSlow, message: "it takes longer than \(seconds) seconds",
      remedy: "run the command again to continue, or raise --max-time")
  }

  /// A file URL leads to a folder, a device or a pipe.
  static let notAFile = Self(code: .notAFile, message: "it is not a file", remedy: nil)

  static func tooLarge(megabytes: Int) -> Self {
    Self(code: .tooLarge, message: "it is larger than \(megabytes) MB", remedy: "raise --limit")
  }

  /// The file does not have the listed hash.
  static func wrongHash(found: String) -> Self {
    Self(code: .wrongHash, message: "it is not the listed file: its SHA-256 is \(found)", remedy: nil)
  }

  /// The file has no known picture format.
  static let noPicture = Self(code: .noPicture, message: "the file is not a picture", remedy: nil)

  /// Another error, with curl's message.
  static func failed(_ words: String) -> Self { Self(code: .failed, message: words, remedy: nil) }

  private static let meanings = [
    401: "it asks for a password", 403: "access is forbidden", 404: "it has no such file", 410: "the file is gone",
    429: "too many requests", 500: "it failed", 503: "it is overloaded",
  ]
}

/// The folder that contains the class folders. Only one command at a time writes to it.
final class PictureFolder: Sendable {
  let url: URL
  /// A hidden folder in it for partial downloads. It is on the same disk, so that a complete file can be moved in one step.
  let underWay: URL
  private let lock: Int32

  /// Creates the folder if it is missing, and locks it until ``close()``.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``.
  init(_ url: URL) throws(AtomicFileError) {
    self.url = url
    underWay = url.appending(path: ".under-way", directoryHint: .isDirectory)
    try OutputFile.makeFolder(of: url.appending(path: ".under-way").appending(path: "part"))
    lock = open(underWay.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw .cannotWrite(path: underWay.path, reason: String(cString: strerror(errno))) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      systemClose(lock)
      throw .cannotWrite(path: url.path, reason: "another 'imprint fetch' is writing to it")
    }
  }

  /// Returns the name of a picture's partial download.
  static func partName(of entry: PictureEntry) throws -> String {
    try String(Bytes(Array((entry.label + "/" + entry.stem).utf8)).sha256.prefix(32))
  }

  /// Removes partial downloads that no run will continue: those of other lists that are older than a week, and those
  /// without any bytes.
  func removeLeftovers(besides entries: [PictureEntry]) throws {
    let known = try Set(entries.map { try Self.partName(of: $0) })
    let names = (try? FileManager.default.contentsOfDirectory(atPath: underWay.path)) ?? []
    for part in Set(names.map { $0.hasSuffix(".headers") ? String($0.dropLast(8)) : $0 }) {
      let file = underWay.appending(path: part)
      var status = stat()
      let isThere = stat(file.path, &status) == 0 && status.st_size > 0
      let age = time(nil) - Self.changed(status)
      guard !isThere || (!known.contains(part) && age > Self.week) else { continue }
      for name in [part, part + ".headers"] { unlink(underWay.appending(path: name).path) }
    }
  }

  private static let week = 7 * 24 * 3600

  private static func changed(_ status: stat) -> Int {
    #if canImport(Darwin)
      status.st_mtimespec.tv_sec
    #else
      status.st_mtim.tv_sec
    #endif
  }

  /// Unlocks the folder, and removes the hidden one if it is empty.
  func close() {
    rmdir(underWay.path)
    systemClose(lock)
  }
}

// Inside the type, the method `close` hides the system function.
private func systemClose(_ descriptor: Int32) { close(descriptor) }
