import Heads
import Imprinting
import Inference
import Pictures
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

/// The fetching of one picture into its class folder.
///
/// It comes into a hidden folder first, where what there is of it stays for a later run when the network fails, and takes
/// its place in one step when it is whole, is a picture, and has the hash that it should have.
struct PictureDownload {
  /// What became of a picture.
  enum Result {
    case present
    case fetched(bytes: Int)
    case failed(PictureFetchError)
  }

  let curl: Curl
  /// How often what may pass is tried again.
  let retries: Int
  /// The folder of the class folders.
  let folder: URL
  /// The hidden folder for what is under way.
  let underWay: URL
  /// A folder for what curl prints.
  let scratch: URL

  /// Fetches a picture, where it is not there yet.
  ///
  /// - Throws: What nothing could be fetched after: ``CurlError``, `CancellationError`, and
  ///   ``TFLiteError/cannotWrite(path:reason:)``.
  func fetch(_ entry: PictureEntry) async throws -> Result {
    if try isPresent(entry) { return .present }
    let place = try "\(Bytes(Array((entry.label + "/" + entry.stem).utf8)).sha256.prefix(32))"
    let part = underWay.appending(path: place)
    let headers = underWay.appending(path: place + ".headers")
    let log = scratch.appending(path: place)
    var failures = 0
    var most = Self.size(of: part)
    var hasBegunAnew = false
    while true {
      let outcome = try await curl.fetch(
        entry.url, to: part, headers: headers, isChecked: entry.sha256 != nil, log: log)
      switch outcome {
      case .done:
        do {
          let bytes = try settle(part, as: entry)
          remove([headers])
          return .fetched(bytes: bytes)
        } catch PictureFetchError.wrongHash where most > 0 && !hasBegunAnew {
          // Its beginning may be that of an older file.
          hasBegunAnew = true
          most = 0
          remove([part, headers])
        } catch let error as PictureFetchError {
          remove([part, headers])
          return .failed(error)
        }
      case .fromTheBeginning:
        remove([part, headers])
        guard !hasBegunAnew else { return .failed(.failed("the server does not say the same twice")) }
        hasBegunAnew = true
      case .failed(let error):
        remove([part, headers])
        return .failed(error)
      case .again(let error, let seconds):
        let size = Self.size(of: part)
        // A line that breaks again and again gets there in the end.
        failures = size > most ? 1 : failures + 1
        most = max(most, size)
        guard failures <= retries else { return .failed(error) }
        let pause = 0.25 * Double(1 << min(failures, 6)) * .random(in: 0.75...1.25)
        try await Task.sleep(for: .seconds(max(pause, Double(seconds ?? 0))))
      }
    }
  }

  /// Whether the picture lies in its folder, with the hash that it should have.
  private func isPresent(_ entry: PictureEntry) throws -> Bool {
    try PictureFormat.allCases.contains { format in
      guard let file = try? Bytes(mapping: self.file(of: entry, format)), !file.isEmpty else { return false }
      return try entry.sha256 == nil || entry.sha256 == file.sha256
    }
  }

  private func file(of entry: PictureEntry, _ format: PictureFormat) -> URL {
    folder.appending(path: entry.label).appending(path: "\(entry.stem).\(format.ending)")
  }

  /// Checks what came and moves it to where it belongs.
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
      throw TFLiteError.cannotWrite(path: file.path, reason: String(cString: strerror(errno)))
    }
    return bytes.count
  }

  private static func size(of file: URL) -> Int { (try? Bytes(mapping: file).count) ?? 0 }

  private func remove(_ files: [URL]) {
    for file in files { unlink(file.path) }
  }
}

/// Why one picture was not fetched.
enum PictureFetchError: Error, Hashable {
  /// The server answered with this status.
  case status(Int)
  /// Nothing came for so many seconds.
  case stalled(seconds: Int)
  case tooLarge(megabytes: Int)
  /// The file is another one than the list means.
  case wrongHash(found: String)
  /// What came is in no format that is read.
  case noPicture
  /// In curl's words.
  case failed(String)
}

extension PictureFetchError: CustomStringConvertible {
  /// What is wrong, and what can be done where something can.
  var description: String {
    switch self {
    case .status(let status): "the server answers \(status)\(Self.meanings[status].map { ", \($0)" } ?? "")"
    case .stalled(let seconds): "nothing came for \(seconds) seconds"
    case .tooLarge(let megabytes): "it is larger than \(megabytes) MB: --limit takes more"
    case .wrongHash(let found): "it is not the file that the list means: its SHA-256 is \(found)"
    case .noPicture: "what came is no picture"
    case .failed(let words): words
    }
  }

  private static let meanings = [
    401: "it asks for a password", 403: "it does not give it out", 404: "it has no such file", 410: "it is gone",
    429: "it was asked too often", 500: "it failed", 503: "it is overloaded",
  ]
}

/// The folder that pictures are fetched into, which one command at a time writes to.
final class PictureFolder: Sendable {
  let url: URL
  /// A hidden folder in it for what is under way: on the same disk, so that whole files are moved in one step.
  let underWay: URL
  private let lock: Int32

  /// Makes the folder where there is none, and holds it until ``close()``.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  init(_ url: URL) throws(TFLiteError) {
    self.url = url
    underWay = url.appending(path: ".under-way", directoryHint: .isDirectory)
    try OutputFile.makeFolder(of: url.appending(path: ".under-way").appending(path: "part"))
    lock = open(underWay.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw .cannotWrite(path: underWay.path, reason: String(cString: strerror(errno))) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      systemClose(lock)
      throw .cannotWrite(path: url.path, reason: "another 'imprint fetch' is at work in it")
    }
  }

  /// Lets go of the folder, and removes the hidden one where nothing is under way in it any more.
  func close() {
    rmdir(underWay.path)
    systemClose(lock)
  }
}

// Within the type its own `close` stands before the system's.
private func systemClose(_ descriptor: Int32) { close(descriptor) }
