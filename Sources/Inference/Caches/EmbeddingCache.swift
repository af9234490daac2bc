public import Heads
public import Pictures
import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A cache of embeddings on disk, so that later runs need not embed the same pictures again.
///
/// ```swift
/// let cache = EmbeddingCache()
/// try await cache?.embed(pictures, by: extractor) { index, picture in
///   try embeddings.add(picture.get(), to: labels[index])
/// }
/// ```
///
/// Each `EmbeddingSpace` has one file. The digest of a picture file's contents identifies the picture, whatever the name of
/// the file. A cache file that is damaged, has another version, or may have been written by another user counts as empty and
/// is written again. Each write replaces the complete file, and processes that write to the same folder wait for each other,
/// so that none loses what another has written.
public struct EmbeddingCache: Sendable, Hashable {
  /// The statistics of a cache in one run.
  public struct Use: Sendable, Hashable {
    /// The number of pictures whose embeddings were in the cache.
    public internal(set) var reused: Int
    /// The number of pictures that were not in the cache and had to be embedded.
    public internal(set) var embedded: Int
    /// Why the new embeddings could not be cached, in a sentence, or nil where they were. The results are unaffected.
    public internal(set) var failure: String?

    public init(reused: Int = 0, embedded: Int = 0, failure: String? = nil) {
      self.reused = reused
      self.embedded = embedded
      self.failure = failure
    }
  }

  /// The folder of the cache files, created when the first file is written.
  public let folder: URL
  /// The greatest total size of the files in bytes. Beyond it the least recently used embeddings are removed: first pictures
  /// within a file, then complete files.
  public let limit: Int

  /// 512 MB: half a million pictures of 1024 bytes each, or 39 000 in thirteen views.
  public static let defaultLimit = 1 << 29

  static let ending = ".cached"

  /// Creates a cache in a folder.
  public init(folder: URL, limit: Int = EmbeddingCache.defaultLimit) {
    self.folder = folder
    self.limit = max(0, limit)
  }

  /// Creates a cache in ``standardFolder(environment:)``; nil where there is no such folder.
  public init?(limit: Int = EmbeddingCache.defaultLimit) {
    guard let folder = CacheFolder.standard() else { return nil }
    self.init(folder: folder, limit: limit)
  }

  /// Returns `imprint` in `$XDG_CACHE_HOME`, or else in `~/.cache`, on Apple's systems in `~/Library/Caches`; nil where
  /// `HOME` is not set.
  public static func standardFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL? {
    CacheFolder.standard { environment[$0] }
  }

  private var files: CacheFolder { CacheFolder(folder: folder, limit: limit, endings: [Self.ending]) }

  /// Embeds picture files: reads known embeddings from the cache, computes the others and adds them to the cache, even when
  /// the work is interrupted.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - extractor: The extractor.
  ///   - profile: Records the time of each step, for pictures that are not in the cache.
  ///   - deliver: Called in order with each picture's index and its embeddings, or the error if it cannot be read.
  /// - Returns: How many pictures were in the cache.
  /// - Throws: The errors of ``Extractor/embed(_:profile:isolation:deliver:)-([URL],_,_,_)``. A cache that cannot be read or
  ///   written is not an error.
  @discardableResult
  public func embed(
    _ pictures: [URL], by extractor: Extractor, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws -> Use {
    var lookup = try await CacheLookup(pictures, in: extractor.space, of: self)
    do {
      try await extractor.embed(lookup.missing.map { pictures[$0] }, profile: profile) { place, result in
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

  /// Reads the cached embeddings of a space; none where the file is missing or cannot be used.
  func read(_ space: EmbeddingSpace) -> CachedEmbeddings {
    guard let file = try? file(for: space), let bytes = CachedFile(file)?.bytes,
      let known = CachedEmbeddings(bytes, space: space)
    else { return CachedEmbeddings(space: space) }
    return known
  }

  /// Returns the file of a space's embeddings.
  func file(for space: EmbeddingSpace) throws -> URL {
    folder.appending(path: try CachedEmbeddings.fileName(for: space))
  }

  /// Adds new embeddings to the cache file as it now is; returns why that fails, or nil.
  func keep(_ lookup: CacheLookup) -> String? {
    let found = lookup.found
    do {
      let file = try file(for: found.space)
      if found.entries.isEmpty {
        files.touch(file)
      } else {
        try files.make()
        try files.locked {
          var cached = read(found.space)
          cached.add(found, used: lookup.used, limit: limit)
          try AtomicFile(cached: file).write(cached.pieces())
          files.removeOldest(but: file.lastPathComponent)
        }
      }
      return nil
    } catch {
      return "the embeddings cannot be cached for the next run: \(error)"
    }
  }
}

/// A lookup of pictures in a cache: finds the missing pictures, and delivers all embeddings in order.
struct CacheLookup: Sendable {
  /// The indices of the pictures that are not in the cache, ascending.
  let missing: [Int]
  /// The embeddings computed for the missing pictures.
  private(set) var found: CachedEmbeddings
  private(set) var use = EmbeddingCache.Use()

  private let pictures: [URL]
  private let digests: [PictureDigest?]
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
    var digests: [PictureDigest?] = []
    try await OrderedWork.run(
      count: pictures.count, workers: Array(0..<max(1, ProcessInfo.processInfo.activeProcessorCount)),
      work: { _, index in PictureDigest(ofFile: pictures[index].path) },
      deliver: { _, digest in digests.append(digest) })
    self.pictures = pictures
    self.known = known
    self.digests = digests
    missing = digests.indices.filter { index in digests[index].flatMap { known.entries[$0] } == nil }
    found = CachedEmbeddings(space: known.space)
  }

  /// The digests of all pictures that could be read.
  var used: Set<PictureDigest> { Set(digests.compactMap { $0 }) }

  /// Takes the embeddings of the next missing picture; delivers the cached pictures before it, then this picture.
  mutating func take(
    _ result: Result<EmbeddedPicture, PictureError>, ofMissing place: Int,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) throws {
    let index = missing[place]
    try deliverKnown(before: index, deliver: deliver)
    // A file may have changed since its digest was computed; the picture's own digest is of the bytes that were decoded.
    if case .success(let picture) = result { found.insert(picture) }
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
    while next < end, let digest = digests[next],
      let picture = known.picture(digest, named: pictures[next].relativePath)
    {
      use.reused += 1
      next += 1
      try deliver(next - 1, .success(picture))
    }
  }
}
