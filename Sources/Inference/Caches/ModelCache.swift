import Heads
import LiteRT
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

/// A folder in which is kept, from run to run, what is made of a model to run it: its rewritten form, and its weights in the
/// order in which the runtime wants them.
///
/// A model is known by the SHA-256 digest of its file. Files are written beside and take their place as a whole, so that
/// several processes may share the folder. A cache that cannot be read or written is no error: it costs time only.
public struct ModelCache: Sendable, Hashable {
  /// Where the files lie. It is made when something is kept for the first time.
  public var folder: URL { files.folder }
  /// How many bytes the files may have together. Beyond that those go that were longest unused.
  public var limit: Int { files.limit }

  /// 512 MB: about seventy models of Coral's.
  public static let defaultLimit = 1 << 29

  /// Tells what rewriting makes of a model from what another version of it made, also where its packed weights are kept: the
  /// number changes with it.
  static let rewriting = "rewritten-2"

  private static let modelEnding = ".\(rewriting)"
  private static let weightsEnding = ".packed"
  private static let triedEnding = ".tried"

  private let files: CacheFolder

  /// A cache in a folder.
  public init(folder: URL, limit: Int = ModelCache.defaultLimit) {
    files = CacheFolder(
      folder: folder, limit: max(0, limit), endings: [Self.modelEnding, Self.weightsEnding, Self.triedEnding])
  }

  /// The cache in `models` of ``EmbeddingCache/standardFolder(environment:)``, or nil where there is none.
  public init?(limit: Int = ModelCache.defaultLimit) {
    guard let folder = EmbeddingCache.standardFolder() else { return nil }
    self.init(folder: folder.appending(path: "models"), limit: limit)
  }

  /// Whether it was noted that a library, told by its identity, was tried out and did well.
  package func hasTried(_ identity: String) -> Bool {
    guard let file = trialFile(identity), access(file.path, F_OK) == 0 else { return false }
    files.touch(file)
    return true
  }

  /// Notes that a library was tried out and did well.
  package func noteTried(_ identity: String) {
    guard let file = trialFile(identity), (try? files.make()) != nil else { return }
    try? AtomicFile(file).write([])
  }

  private func trialFile(_ identity: String) -> URL? {
    (try? Bytes(Array(identity.utf8)).sha256).map { files.file($0 + Self.triedEnding) }
  }

  /// The rewritten form of a model, if it is kept.
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

  /// Lets the runtime prepare a model with its packed weights, which it writes where there are none yet.
  ///
  /// - Parameters:
  ///   - key: What tells the model from others.
  ///   - prepare: Prepares it, with a path for the packed weights, or nil for none.
  /// - Throws: What `prepare` throws without packed weights.
  func withPackedWeights<Value>(of key: String, _ prepare: (String?) throws -> Value) throws -> Value {
    // The runtime rewrites a file that was packed for another processor where it lies, under the eyes of whoever else has
    // it mapped: so each kind of processor has its own.
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
    // Written in memory first: the runtime ends the whole process where the disk is full while it writes.
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

/// A file in memory, for libraries that write to a path and end the process where the disk is full.
///
/// It is gone with the object and with whatever mapped it. Linux has such files; elsewhere there are none.
final class MemoryFile {
  /// Where this process, and no other, finds it.
  var path: String { "/proc/self/fd/\(descriptor)" }

  private let descriptor: Int32

  /// An empty file, or nil where there is none to be had, or where the process may not write one of so many bytes.
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
