import Platform
import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
