import Heads
import LiteRT
import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A cache of prepared models on disk: models rewritten as int8, and weights packed in the order that the runtime needs.
///
/// The SHA-256 digest of a model's file identifies the model. It is computed once for each version of a file: the cache
/// knows the versions by the times that the system notes of their changes. Each write replaces the complete file, so several
/// processes can share the folder. A file that another user may have written, or that differs from its checksum, is not used
/// and made again. A cache that cannot be read or written is not an error; it only costs time.
public struct ModelCache: Sendable, Hashable {
  /// The folder of the cache files, created when the first file is written.
  public var folder: URL { files.folder }
  /// The greatest total size of the files in bytes. Beyond it the least recently used files are removed.
  public var limit: Int { files.limit }

  /// 512 MB: about seventy of Coral's models.
  public static let defaultLimit = 1 << 29

  /// The version of the int8 rewriting, part of the names of rewritten models and of their packed weights. It changes
  /// whenever the rewriting gives a different result.
  static let rewriting = "rewritten-2"

  private static let modelEnding = ".\(rewriting)"
  private static let weightsEnding = ".packed"
  private static let triedEnding = ".tried"
  private static let digestEnding = ".digest"

  /// Smaller files are read as fast as what is known of them.
  private static let leastKnown = 1 << 20

  private let files: CacheFolder

  /// Creates a cache in a folder.
  public init(folder: URL, limit: Int = ModelCache.defaultLimit) {
    files = CacheFolder(
      folder: folder, limit: max(0, limit),
      endings: [Self.modelEnding, Self.weightsEnding, Self.triedEnding, Self.digestEnding])
  }

  /// Creates a cache in `models` of ``EmbeddingCache/standardFolder(environment:)``; nil where there is no such folder.
  public init?(limit: Int = ModelCache.defaultLimit) {
    guard let folder = CacheFolder.standard() else { return nil }
    self.init(folder: folder.appending(path: "models"), limit: limit)
  }

  /// Returns whether the trial of a library or a model with this identity has succeeded before.
  package func hasTried(_ identity: String) -> Bool {
    guard let name = trialName(identity) else { return false }
    return files.open(name)?.bytes == Bytes(Array(identity.utf8))
  }

  /// Records that the trial of a library or a model has succeeded.
  package func noteTried(_ identity: String) {
    if let name = trialName(identity) { files.keep(Bytes(Array(identity.utf8)), as: name) }
  }

  /// Returns the SHA-256 digest of a model's file, in 64 hexadecimal digits. It takes 0.6 ms per MB, but nothing where the
  /// cache knows it for this version of the file.
  ///
  /// - Parameter now: The time now.
  /// - Throws: `SharedLibraryError` if the digest cannot be computed.
  func digest(of file: Bytes, now: FileStamp.Time = .now) throws(SharedLibraryError) -> String {
    guard file.count >= Self.leastKnown, let stamp = file.stamp, stamp.isSettled(at: now) else {
      return try file.sha256
    }
    let name = try Bytes(Array(stamp.words.utf8)).sha256 + Self.digestEnding
    if let known = files.open(name)?.bytes, known.count == 2 * SHA256Digest.byteCount {
      return String(decoding: known, as: UTF8.self)
    }
    let digest = try file.sha256
    files.keep(Bytes(Array(digest.utf8)), as: name)
    return digest
  }

  private func trialName(_ identity: String) -> String? {
    (try? Bytes(Array(identity.utf8)).sha256).map { $0 + Self.triedEnding }
  }

  /// Returns the rewritten form of a model, or nil if it is not cached.
  func rewritten(_ digest: String) -> Bytes? { files.open(digest + Self.modelEnding)?.bytes }

  /// Caches the rewritten form of a model.
  func keep(_ rewritten: Bytes, of digest: String) { files.keep(rewritten, as: digest + Self.modelEnding) }

  /// Lets the runtime prepare a model with cached packed weights, or pack and cache them if there are none yet.
  ///
  /// - Parameters:
  ///   - key: Text that identifies the model.
  ///   - prepare: Prepares the model, with a path for the packed weights, or nil to use no file.
  /// - Throws: The errors of `prepare` when it is called without a path.
  func withPackedWeights<Value>(of key: String, _ prepare: (String?) throws -> Value) throws -> Value {
    // If a file was packed for another processor, the runtime rewrites it in place, even while other processes have it
    // mapped. So each kind of processor has a separate file.
    let processor = Processor.current.features.sorted().joined(separator: " ")
    let name = try Bytes(Array("\(key) \(processor)".utf8)).sha256 + Self.weightsEnding
    if let known = files.open(name) {
      if let value = try? prepare(known.path) { return value }
      files.remove(name)
    }
    // The runtime writes to memory first, because it ends the process when the disk is full.
    guard (try? files.make()) != nil, let scratch = MemoryFile(room: limit / 4),
      let value = try? prepare(scratch.path)
    else { return try prepare(nil) }
    if let weights = try? Bytes(mapping: URL(filePath: scratch.path)), weights.count > 0 {
      files.keep(weights, as: name)
    }
    return value
  }
}

/// A file in memory, for libraries that write to a path and end the process when the disk is full.
///
/// The file exists as long as the object or a mapping of it. Only Linux has such files.
final class MemoryFile {
  /// The path of the file, valid only in this process.
  var path: String { "/proc/self/fd/\(descriptor)" }

  private let descriptor: Int32

  /// Creates an empty file; nil where the system does not support it, or the process must not write files of `room` bytes.
  init?(room: Int) {
    #if os(Linux)
      var bound = rlimit()
      // C headers declare the function, and MFD_CLOEXEC = 1, only with GNU's extensions.
      guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound) == 0,
        bound.rlim_cur >= rlim_t(clamping: room), let symbol = dlsym(nil, "memfd_create")
      else { return nil }
      let create = unsafeBitCast(symbol, to: (@convention(c) (UnsafePointer<CChar>, UInt32) -> Int32).self)
      descriptor = create("imprint", 1)
      guard descriptor >= 0, access(path, R_OK | W_OK) == 0 else { return nil }
    #else
      return nil
    #endif
  }

  deinit {
    #if os(Linux)
      if descriptor >= 0 { close(descriptor) }
    #endif
  }
}
