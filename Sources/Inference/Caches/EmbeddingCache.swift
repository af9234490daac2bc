import Heads
import Pictures
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A folder in which embeddings are kept from run to run, so that a picture that was seen once need not be seen again.
///
/// ```swift
/// let cache = EmbeddingCache()
/// try await cache?.see(pictures, by: extractor) { index, picture in try seen.add(picture.get(), to: labels[index]) }
/// ```
///
/// There is one file an ``EmbeddingSpace``; within it a picture is known by the SHA-256 digest of its file's contents,
/// whatever the file is called. A file that is damaged or of another version counts as empty and is written anew. Files
/// are replaced as a whole: two processes at once may lose each other's latest finds, and see those pictures again.
public struct EmbeddingCache: Sendable, Hashable {
  /// What a cache was good for.
  public struct Use: Sendable, Hashable {
    /// How many pictures' embeddings were there already.
    public internal(set) var reused: Int
    /// How many pictures had to be seen.
    public internal(set) var seen: Int
    /// Why what was seen could not be kept, in a sentence, or nil where it was; nothing is lost but time.
    public internal(set) var failure: String?

    /// What a cache was good for; by default nothing yet.
    public init(reused: Int = 0, seen: Int = 0, failure: String? = nil) {
      self.reused = reused
      self.seen = seen
      self.failure = failure
    }
  }

  /// Where the files lie. It is made when something is kept for the first time.
  public let folder: URL
  /// How many bytes the files may have together. Beyond that those go that were longest unused: first pictures within a
  /// file, then whole files.
  public let limit: Int

  /// 512 MB: half a million pictures at 1024 bytes each, or 39 000 in thirteen views.
  public static let defaultLimit = 1 << 29

  static let ending = ".cached"

  /// A cache in a folder.
  public init(folder: URL, limit: Int = EmbeddingCache.defaultLimit) {
    self.folder = folder
    self.limit = max(0, limit)
  }

  /// The cache in ``standardFolder(environment:)``, or nil where there is none.
  public init?(limit: Int = EmbeddingCache.defaultLimit) {
    guard let folder = Self.standardFolder() else { return nil }
    self.init(folder: folder, limit: limit)
  }

  /// `imprint` in `$XDG_CACHE_HOME`, else in `~/.cache`, or on Apple's systems in `~/Library/Caches`; nil where there
  /// is no home.
  public static func standardFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL? {
    CacheFolder.standard(environment: environment)
  }

  private var files: CacheFolder { CacheFolder(folder: folder, limit: limit, endings: [Self.ending]) }

  /// The embeddings of picture files, in order: those that are kept, and those of an extractor for all others, which
  /// are kept then, also when the work is broken off.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - extractor: The extractor.
  ///   - deliver: Takes a picture's number and what was seen, or why it could not be read; called in order.
  /// - Throws: What ``Extractor/see(_:profile:isolation:deliver:)`` throws. That the cache cannot be read or written is no
  ///   error.
  @discardableResult
  public func see(
    _ pictures: [URL], by extractor: Extractor, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws -> Use {
    var lookup = try await CacheLookup(pictures, in: read(extractor.space))
    do {
      try await extractor.see(lookup.missing.map { pictures[$0] }) { place, result in
        try lookup.take(result, ofMissing: place, deliver: deliver)
      }
      try lookup.finish(deliver: deliver)
    } catch {
      _ = keep(lookup)
      throw error
    }
    var use = lookup.use
    use.failure = keep(lookup)
    return use
  }

  /// What is kept of a space; nothing where the file is missing or cannot be used.
  func read(_ space: EmbeddingSpace) -> CachedEmbeddings {
    guard let file = try? file(for: space), let bytes = try? Bytes(mapping: file),
      let known = CachedEmbeddings(bytes, space: space)
    else { return CachedEmbeddings(space: space) }
    return known
  }

  /// Where a space's embeddings are.
  func file(for space: EmbeddingSpace) throws -> URL {
    folder.appending(path: try CachedEmbeddings.fileName(for: space))
  }

  /// Writes what was found beside what is kept by now; returns why it cannot be.
  func keep(_ lookup: CacheLookup) -> String? {
    let found = lookup.found
    do {
      let file = try file(for: found.space)
      if found.entries.isEmpty {
        files.touch(file)
      } else {
        try files.make()
        var kept = read(found.space)
        kept.add(found, used: lookup.used, limit: limit)
        try AtomicFile(file).write(kept.pieces())
        files.removeOldest(but: file.lastPathComponent)
      }
      return nil
    } catch {
      return "what was seen cannot be kept for the next run: \(error)"
    }
  }
}

/// Pictures looked up in a cache: which are missing, and all of them handed over in order, once those are seen.
struct CacheLookup: Sendable {
  /// The numbers of the pictures that are not kept, ascending.
  let missing: [Int]
  /// What was seen of them.
  private(set) var found: CachedEmbeddings
  private(set) var use = EmbeddingCache.Use()

  private let pictures: [URL]
  private let digests: [SHA256Digest?]
  private let known: CachedEmbeddings
  // The picture to be handed over next.
  private var next = 0

  /// Reads all pictures' contents, on all cores.
  ///
  /// - Throws: `CancellationError`.
  init(
    _ pictures: [URL], in known: CachedEmbeddings, isolation: isolated (any Actor)? = #isolation
  ) async throws {
    var digests: [SHA256Digest?] = []
    try await OrderedWork.run(
      count: pictures.count, workers: Array(0..<max(1, ProcessInfo.processInfo.activeProcessorCount)),
      work: { _, index in try SHA256Digest(ofFile: pictures[index].path) },
      deliver: { _, digest in digests.append(digest) })
    self.pictures = pictures
    self.known = known
    self.digests = digests
    missing = digests.indices.filter { index in digests[index].flatMap { known.entries[$0] } == nil }
    found = CachedEmbeddings(space: known.space)
  }

  /// The contents of all pictures that could be read.
  var used: Set<SHA256Digest> { Set(digests.compactMap { $0 }) }

  /// Takes in what was seen of a missing picture, after those before it; hands it over, and all kept ones before it.
  mutating func take(
    _ result: Result<EmbeddedPicture, PictureError>, ofMissing place: Int,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) throws {
    let index = missing[place]
    try deliverKnown(before: index, deliver: deliver)
    if case .success(let picture) = result, let digest = digests[index] {
      found.insert(picture.embeddings, for: digest)
    }
    use.seen += 1
    next = index + 1
    try deliver(index, result)
  }

  /// Hands over the kept ones after the last that was missing.
  mutating func finish(deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void) throws {
    try deliverKnown(before: pictures.count, deliver: deliver)
  }

  private mutating func deliverKnown(
    before end: Int, deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) throws {
    while next < end, let embeddings = digests[next].flatMap({ known.entries[$0] }) {
      use.reused += 1
      next += 1
      try deliver(next - 1, .success(EmbeddedPicture(name: pictures[next - 1].relativePath, embeddings: embeddings)))
    }
  }
}
