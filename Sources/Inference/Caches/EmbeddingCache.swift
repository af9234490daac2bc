public import Heads
public import Pictures
import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A folder of embeddings that are kept from run to run, so that no picture is embedded twice.
///
/// ```swift
/// let cache = EmbeddingCache()
/// try await cache?.embed(pictures, by: extractor) { index, picture in
///   try embeddings.add(picture.get(), to: labels[index])
/// }
/// ```
///
/// Each ``EmbeddingSpace`` has one file. Within it a picture is known by the SHA-256 digest of its file's contents, whatever
/// the file is called. A file that is damaged or of another version counts as empty and is written anew. Files are
/// replaced as a whole: two processes at once may lose each other's latest embeddings, and embed those pictures again.
public struct EmbeddingCache: Sendable, Hashable {
  /// The use of a cache in one run.
  public struct Use: Sendable, Hashable {
    /// The number of pictures whose embeddings were in the cache.
    public internal(set) var reused: Int
    /// The number of pictures that had to be embedded.
    public internal(set) var embedded: Int
    /// Why the new embeddings could not be kept, in a sentence, or nil where they were; nothing is lost but time.
    public internal(set) var failure: String?

    public init(reused: Int = 0, embedded: Int = 0, failure: String? = nil) {
      self.reused = reused
      self.embedded = embedded
      self.failure = failure
    }
  }

  /// The folder of the files. It is made when something is kept for the first time.
  public let folder: URL
  /// The number of bytes that the files may have together. Beyond it, those that were longest unused are removed: first
  /// pictures within a file, then whole files.
  public let limit: Int

  /// 512 MB: half a million pictures of 1024 bytes each, or 39 000 in thirteen views.
  public static let defaultLimit = 1 << 29

  static let ending = ".cached"

  /// Makes a cache in a folder.
  public init(folder: URL, limit: Int = EmbeddingCache.defaultLimit) {
    self.folder = folder
    self.limit = max(0, limit)
  }

  /// Makes a cache in ``standardFolder(environment:)``; nil where there is none.
  public init?(limit: Int = EmbeddingCache.defaultLimit) {
    guard let folder = Self.standardFolder() else { return nil }
    self.init(folder: folder, limit: limit)
  }

  /// Returns `imprint` in `$XDG_CACHE_HOME`, else in `~/.cache`, or on Apple's systems in `~/Library/Caches`; nil where
  /// there is no home.
  public static func standardFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL? {
    CacheFolder.standard(environment: environment)
  }

  private var files: CacheFolder { CacheFolder(folder: folder, limit: limit, endings: [Self.ending]) }

  /// Embeds picture files: takes from the cache what is there, and keeps what the extractor embeds, also when the work is
  /// interrupted.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - extractor: The extractor.
  ///   - deliver: Takes a picture's place and its embeddings, or why it could not be read; called in order.
  /// - Throws: What ``Extractor/embed(_:profile:isolation:deliver:)-([URL],_,_,_)`` throws. A cache that cannot be read or
  ///   written is no error.
  @discardableResult
  public func embed(
    _ pictures: [URL], by extractor: Extractor, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws -> Use {
    var lookup = try await CacheLookup(pictures, in: extractor.space, of: self)
    do {
      try await extractor.embed(lookup.missing.map { pictures[$0] }) { place, result in
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

  /// Reads what is kept of a space; nothing where the file is missing or cannot be used.
  func read(_ space: EmbeddingSpace) -> CachedEmbeddings {
    guard let file = try? file(for: space), let bytes = try? Bytes(mapping: file),
      let known = CachedEmbeddings(bytes, space: space)
    else { return CachedEmbeddings(space: space) }
    return known
  }

  /// Returns the file of a space's embeddings.
  func file(for space: EmbeddingSpace) throws -> URL {
    folder.appending(path: try CachedEmbeddings.fileName(for: space))
  }

  /// Adds new embeddings to those that are kept by now; returns why that fails.
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
      return "the embeddings cannot be kept for the next run: \(error)"
    }
  }
}

/// Pictures that are looked up in a cache: which are missing, and the delivery of all of them in order.
struct CacheLookup: Sendable {
  /// The places of the pictures that are not in the cache, ascending.
  let missing: [Int]
  /// Their embeddings.
  private(set) var found: CachedEmbeddings
  private(set) var use = EmbeddingCache.Use()

  private let pictures: [URL]
  private let digests: [SHA256Digest?]
  private let known: CachedEmbeddings
  // The next picture to deliver.
  private var next = 0

  /// Computes the digests of all pictures, on all cores.
  ///
  /// - Throws: `CancellationError`.
  init(
    _ pictures: [URL], in space: EmbeddingSpace, of cache: EmbeddingCache,
    isolation: isolated (any Actor)? = #isolation
  ) async throws {
    var known = CachedEmbeddings(space: space)
    try await OrderedWork.run(
      count: 1, workers: [0], work: { _, _ in cache.read(space) }, deliver: { known = $1 })
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

  /// The digests of all pictures that could be read.
  var used: Set<SHA256Digest> { Set(digests.compactMap { $0 }) }

  /// Takes the embeddings of a missing picture, after those before it; delivers the cached pictures before it, and it.
  mutating func take(
    _ result: Result<EmbeddedPicture, PictureError>, ofMissing place: Int,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) throws {
    let index = missing[place]
    try deliverKnown(before: index, deliver: deliver)
    if case .success(let picture) = result, let digest = digests[index] {
      found.insert(picture.embeddings, for: digest)
    }
    use.embedded += 1
    next = index + 1
    try deliver(index, result)
  }

  /// Delivers the cached pictures after the last missing one.
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
