import Heads
import LiteRT
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

/// A folder of prepared forms of models, kept from run to run: models rewritten as int8, and weights packed in the order in
/// which the runtime wants them.
///
/// A model is known by the SHA-256 digest of its file. Files are replaced as a whole, so that several processes may share
/// the folder. A cache that cannot be read or written is no error: it costs time only.
public struct ModelCache: Sendable, Hashable {
  /// The folder of the files. It is made when something is kept for the first time.
  public var folder: URL { files.folder }
  /// The number of bytes that the files may have together. Beyond it those that were longest unused are removed.
  public var limit: Int { files.limit }

  /// 512 MB: about seventy of Coral's models.
  public static let defaultLimit = 1 << 29

  /// The version of rewriting, which names its files and those of their packed weights: it changes with what rewriting makes.
  static let rewriting = "rewritten-2"

  private static let modelEnding = ".\(rewriting)"
  private static let weightsEnding = ".packed"
  private static let triedEnding = ".tried"

  private let files: CacheFolder

  /// Makes a cache in a folder.
  public init(folder: URL, limit: Int = ModelCache.defaultLimit) {
    files = CacheFolder(
      folder: folder, limit: max(0, limit), endings: [Self.modelEnding, Self.weightsEnding, Self.triedEnding])
  }

  /// Makes a cache in `models` of ``EmbeddingCache/standardFolder(environment:)``; nil where there is none.
  public init?(limit: Int = ModelCache.defaultLimit) {
    guard let folder = EmbeddingCache.standardFolder() else { return nil }
    self.init(folder: folder.appending(path: "models"), limit: limit)
  }

  /// Returns whether a library, known by its identity, was tried out with success.
  package func hasTried(_ identity: String) -> Bool {
    guard let file = trialFile(identity), access(file.path, F_OK) == 0 else { return false }
    files.touch(file)
    return true
  }

  /// Records that a library was tried out with success.
  package func noteTried(_ identity: String) {
    guard let file = trialFile(identity), (try? files.make()) != nil else { return }
    try? AtomicFile(file).write([])
  }

  private func trialFile(_ identity: String) -> URL? {
    (try? Bytes(Array(identity.utf8)).sha256).map { files.file($0 + Self.triedEnding) }
  }

  /// Returns the rewritten form of a model, if it is kept.
  func rewritten(_ digest: String) -> Bytes? {
    let file = files.file(digest + Self.modelEnding)
    guard let bytes = try? Bytes(mapping: file) else { return nil }
    files.touch(file)
    return bytes
  }

  /// Keeps the rewritten form of a model.
  func keep(_ rewritten: Bytes, of digest: String) {
    guard rewritten.count <= limit / 4, (try? files.make()) != nil else { return }
    let name = digest + Self.modelEnding
    guard (try? AtomicFile(files.file(name)).write([rewritten])) != nil else { return }
    files.removeOldest(but: name)
  }

  /// Lets the runtime prepare a model with packed weights, which it writes where there are none yet.
  ///
  /// - Parameters:
  ///   - key: What tells the model from others.
  ///   - prepare: Prepares it, with a path for the packed weights, or nil for none.
  /// - Throws: What `prepare` throws without packed weights.
  func withPackedWeights<Value>(of key: String, _ prepare: (String?) throws -> Value) throws -> Value {
    // The runtime rewrites in place a file that was packed for another processor, even while other processes have it
    // mapped: so each kind of processor has its own.
    let processor = Processor.current.features.sorted().joined(separator: " ")
    let name = try Bytes(Array("\(key) \(processor)".utf8)).sha256 + Self.weightsEnding
    let file = files.file(name)
    if access(file.path, R_OK) == 0 {
      if let value = try? prepare(file.path) {
        files.touch(file)
        return value
      }
      unlink(file.path)
    }
    // Written in memory first: the runtime ends the whole process when the disk is full.
    guard (try? files.make()) != nil, let scratch = MemoryFile(room: limit / 4),
      let value = try? prepare(scratch.path)
    else { return try prepare(nil) }
    if let weights = try? Bytes(mapping: URL(filePath: scratch.path)), weights.count > 0, weights.count <= limit / 4,
      (try? AtomicFile(file).write([weights])) != nil
    {
      files.removeOldest(but: name)
    }
    return value
  }
}

/// A file in memory, for libraries that write to a path and end the process when the disk is full.
///
/// It exists as long as the object and its mappings. Only Linux has such files.
final class MemoryFile {
  /// Its path, for this process alone.
  var path: String { "/proc/self/fd/\(descriptor)" }

  private let descriptor: Int32

  /// Makes an empty file; nil where the system has none, or the process may not write one of so many bytes.
  init?(room: Int) {
    #if os(Linux)
      var bound = rlimit()
      // The function is declared for C with GNU's extensions only, as is MFD_CLOEXEC, which is 1.
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
