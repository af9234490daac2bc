import Foundation
import Pictures
import Platform
import TFLite
import TestMaterial
import TestHeads
import Testing

@testable import Heads
@testable import Inference

@Suite("Embedding cache")
struct EmbeddingCacheTests {
  private let folder: TemporaryFolder
  private let cache: EmbeddingCache
  private let space = MadeEmbeddings.space()

  init() throws {
    folder = try TemporaryFolder()
    cache = EmbeddingCache(folder: folder.appending("cache/imprint"))
  }

  private func pictures(_ range: Range<Int>) throws -> [URL] {
    try range.map { number in
      let file = folder.appending("\(number).jpg")
      try Data("contents of \(number)".utf8).write(to: file)
      return file
    }
  }

  /// Embeds the pictures through the cache, as an extractor would, and returns the delivered pictures and the use of the
  /// cache. The embedding of a picture repeats its index.
  @discardableResult
  private func embedThroughCache(
    _ pictures: [URL], in cache: EmbeddingCache? = nil, space: EmbeddingSpace? = nil
  ) async throws -> (delivered: [EmbeddedPicture?], use: EmbeddingCache.Use) {
    let (cache, space) = (cache ?? self.cache, space ?? self.space)
    var delivered: [EmbeddedPicture?] = []
    var lookup = try await CacheLookup(pictures, in: space, of: cache)
    let deliver = { (index: Int, result: Result<EmbeddedPicture, PictureError>) in
      #expect(index == delivered.count)
      delivered.append(try? result.get())
    }
    for (place, index) in lookup.missing.enumerated() {
      let exists = FileManager.default.fileExists(atPath: pictures[index].path)
      let size = space.byteCount * space.augmentation.count
      let picture = EmbeddedPicture(
        name: pictures[index].relativePath, embeddings: Bytes([UInt8](repeating: UInt8(index), count: size)),
        digest: PictureDigest(ofFile: pictures[index].path))
      try lookup.take(
        exists ? .success(picture) : .failure(.empty(picture: pictures[index].path)), ofMissing: place, deliver: deliver
      )
    }
    try lookup.finish(deliver: deliver)
    var use = lookup.use
    use.failure = cache.keep(lookup)
    return (delivered, use)
  }

  private func onlyFile() throws -> URL {
    let names = try FileManager.default.contentsOfDirectory(atPath: cache.folder.path)
    #expect(names.count == 1)
    return cache.folder.appending(path: try #require(names.first))
  }

  @Test("Reuses embeddings of known pictures, also under another name, and delivers all pictures in order")
  func reuse() async throws {
    let files = try pictures(0..<4)
    let first = try await embedThroughCache([files[0], files[2]])
    #expect(first.use == EmbeddingCache.Use(embedded: 2))
    let second = try await embedThroughCache(files)
    #expect(second.use == EmbeddingCache.Use(reused: 2, embedded: 2))
    #expect(second.delivered.map { $0?.embeddings.first } == [0, 1, 1, 3])
    #expect(second.delivered.map { $0?.name } == files.map(\.relativePath))
    let renamed = folder.appending("renamed.png")
    try FileManager.default.moveItem(at: files[3], to: renamed)
    let third = try await embedThroughCache([renamed])
    #expect(third.use.reused == 1)
    #expect(third.delivered[0]?.embeddings.first == 3)
  }

  @Test("Embeds a changed picture again, and reports an unreadable one in its place")
  func changed() async throws {
    let files = try pictures(0..<3)
    try await embedThroughCache(files)
    try Data("other".utf8).write(to: files[1])
    try FileManager.default.removeItem(at: files[2])
    let (delivered, use) = try await embedThroughCache(files)
    #expect(use.embedded == 2)
    #expect(delivered.map { $0 == nil } == [false, false, true])
  }

  @Test("Each model, resize mode, arithmetic and augmentation has a separate cache file")
  func otherSpaces() async throws {
    let files = try pictures(0..<2)
    try await embedThroughCache(files)
    for other in [
      MadeEmbeddings.space(resize: "squash"), MadeEmbeddings.space(views: .five),
      MadeEmbeddings.space(extractor: "beef"),
      MadeEmbeddings.space(arithmetic: .int8), MadeEmbeddings.space(dimension: 5),
    ] {
      #expect(try await embedThroughCache(files, space: other).use.reused == 0)
      #expect(try await embedThroughCache(files, space: other).use.reused == 2)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.folder.path).count == 6)
    #expect(try await embedThroughCache(files).use.reused == 2)
  }

  @Test("Treats a truncated, damaged, empty or foreign file as empty and writes it again")
  func damage() async throws {
    let files = try pictures(0..<2)
    try await embedThroughCache(files)
    let file = try onlyFile()
    let intact = try Data(contentsOf: file)
    var damaged = stride(from: 0, to: intact.count, by: 7).map { place in
      var copy = intact
      copy[place] ^= 0x41
      return copy
    }
    damaged += [Data(), Data([1, 2, 3]), intact.dropLast(), intact.prefix(40), intact + [0]]
    for contents in damaged {
      try contents.write(to: file)
      #expect(try await embedThroughCache(files).use == EmbeddingCache.Use(reused: 0, embedded: 2))
      #expect(try Data(contentsOf: file) == intact)
    }
    let other = MadeEmbeddings.space(resize: "pad")
    #expect(CachedEmbeddings(Bytes(Array(intact)), space: other) == nil)
  }

  @Test("Beyond the size limit, drops the least recently used pictures of a file, then whole files")
  func limit() async throws {
    let files = try pictures(0..<12)
    let limited = EmbeddingCache(folder: cache.folder, limit: 1024 + 8 * (16 + 80 + MadeEmbeddings.dimension))
    try await embedThroughCache(Array(files[..<8]), in: limited)
    try await embedThroughCache([files[0], files[8]], in: limited)
    #expect(limited.read(space).order.count == 8)
    #expect(try await embedThroughCache([files[0], files[8], files[7]], in: limited).use.reused == 3)
    #expect(try await embedThroughCache([files[1]], in: limited).use.reused == 0)

    let old = try onlyFile()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -1000)], ofItemAtPath: old.path)
    try await embedThroughCache(files, in: limited, space: MadeEmbeddings.space(extractor: "beef"))
    try await embedThroughCache(files, in: limited, space: MadeEmbeddings.space(extractor: "dead"))
    #expect(!FileManager.default.fileExists(atPath: old.path))
  }

  @Test("Concurrent writers neither lose nor damage files")
  func concurrent() async throws {
    let files = try pictures(0..<40)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for part in 0..<8 {
        group.addTask { _ = try await embedThroughCache(Array(files[part * 5..<part * 5 + 5])) }
      }
      try await group.waitForAll()
    }
    let (delivered, use) = try await embedThroughCache(files)
    #expect(delivered.count == 40)
    #expect(use.reused >= 5)
    #expect(use.failure == nil)
  }

  @Test("An unwritable folder gives a warning, and the run continues")
  func unwritable() async throws {
    let files = try pictures(0..<2)
    try Data().write(to: folder.appending("cache"))
    let (delivered, use) = try await embedThroughCache(files)
    #expect(delivered.count == 2)
    #expect(use.failure?.contains("cannot be cached") == true)
  }

  @Test("The standard folder follows XDG_CACHE_HOME, then HOME")
  func places() {
    #expect(EmbeddingCache.standardFolder(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"])?.path == "/x/imprint")
    let home = EmbeddingCache.standardFolder(environment: ["XDG_CACHE_HOME": "relative", "HOME": "/h"])?.path
    #expect(home == "/h/.cache/imprint" || home == "/h/Library/Caches/imprint")
    #expect(EmbeddingCache.standardFolder(environment: [:]) == nil)
  }
}

@Suite(
  "Embedding cache with a real extractor")
struct ExtractorCacheTests {
  @Test("Cached embeddings equal fresh ones, also after an interrupted run")
  func real() async throws {
    let folder = try TemporaryFolder()
    let cache = EmbeddingCache(folder: folder.url)
    let extractor = try Extractor(model: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let names = try FileManager.default.contentsOfDirectory(atPath: Material.flowers17.appending(path: "iris").path)
    let files = names.sorted().prefix(6).map { Material.flowers17.appending(path: "iris/\($0)") }
    struct Enough: Error {}
    await #expect(throws: Enough.self) {
      try await cache.embed(files, by: extractor) { index, _ in if index == 3 { throw Enough() } }
    }
    var pictures: [EmbeddedPicture] = []
    let use = try await cache.embed(files, by: extractor) { _, picture in pictures.append(try picture.get()) }
    #expect(use.reused >= 4)
    #expect(use.reused + use.embedded == 6)
    var fresh: [EmbeddedPicture] = []
    try await extractor.embed(files) { _, picture in fresh.append(try picture.get()) }
    #expect(pictures == fresh)
  }
}
