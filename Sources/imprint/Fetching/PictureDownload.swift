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
