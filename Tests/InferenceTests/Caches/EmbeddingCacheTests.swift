import Foundation
import Pictures
import TFLite
import TestMaterial
import TestHeads
import Testing

@testable import Heads
@testable import Inference

@Suite("The cache of embeddings")
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

  /// Goes through the pictures as an extractor would, and returns what was handed over and how many had to be seen.
  @discardableResult
  private func see(
    _ pictures: [URL], in cache: EmbeddingCache? = nil, space: EmbeddingSpace? = nil
  ) async throws -> (given: [EmbeddedPicture?], use: EmbeddingCache.Use) {
    let (cache, space) = (cache ?? self.cache, space ?? self.space)
    var given: [EmbeddedPicture?] = []
    var lookup = try await CacheLookup(pictures, in: space, of: cache)
    let take = { (index: Int, result: Result<EmbeddedPicture, PictureError>) in
      #expect(index == given.count)
      given.append(try? result.get())
    }
    for (place, index) in lookup.missing.enumerated() {
      let isThere = FileManager.default.fileExists(atPath: pictures[index].path)
      let size = space.byteCount * space.augmentation.count
      let seen = EmbeddedPicture(
        name: pictures[index].relativePath, embeddings: Bytes([UInt8](repeating: UInt8(index), count: size)))
      try lookup.take(
        isThere ? .success(seen) : .failure(.empty(picture: pictures[index].path)), ofMissing: place, deliver: take)
    }
    try lookup.finish(deliver: take)
    var use = lookup.use
    use.failure = cache.keep(lookup)
    return (given, use)
  }

  private func onlyFile() throws -> URL {
    let names = try FileManager.default.contentsOfDirectory(atPath: cache.folder.path)
    #expect(names.count == 1)
    return cache.folder.appending(path: try #require(names.first))
  }

  @Test("What was seen once is not seen again, whatever it is called; what is new is, and all come in order")
  func reuse() async throws {
    let files = try pictures(0..<4)
    let first = try await see([files[0], files[2]])
    #expect(first.use == EmbeddingCache.Use(embedded: 2))
    let second = try await see(files)
    #expect(second.use == EmbeddingCache.Use(reused: 2, embedded: 2))
    #expect(second.given.map { $0?.embeddings.first } == [0, 1, 1, 3])
    #expect(second.given.map { $0?.name } == files.map(\.relativePath))
    let renamed = folder.appending("renamed.png")
    try FileManager.default.moveItem(at: files[3], to: renamed)
    let third = try await see([renamed])
    #expect(third.use.reused == 1)
    #expect(third.given[0]?.embeddings.first == 3)
  }

  @Test("A picture whose contents have changed is seen anew; one that cannot be read is an error in its place")
  func changed() async throws {
    let files = try pictures(0..<3)
    try await see(files)
    try Data("other".utf8).write(to: files[1])
    try FileManager.default.removeItem(at: files[2])
    let (given, use) = try await see(files)
    #expect(use.embedded == 2)
    #expect(given.map { $0 == nil } == [false, false, true])
  }

  @Test("Another model, resize, arithmetic or number of views has a file of its own")
  func otherSpaces() async throws {
    let files = try pictures(0..<2)
    try await see(files)
    for other in [
      MadeEmbeddings.space(resize: "squash"), MadeEmbeddings.space(views: .five),
      MadeEmbeddings.space(extractor: "beef"),
      MadeEmbeddings.space(arithmetic: .int8), MadeEmbeddings.space(dimension: 5),
    ] {
      #expect(try await see(files, space: other).use.reused == 0)
      #expect(try await see(files, space: other).use.reused == 2)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.folder.path).count == 6)
    #expect(try await see(files).use.reused == 2)
  }

  @Test("A file that is cut, altered anywhere, empty or of another space counts as empty, and is written anew")
  func damage() async throws {
    let files = try pictures(0..<2)
    try await see(files)
    let file = try onlyFile()
    let sound = try Data(contentsOf: file)
    var damaged = stride(from: 0, to: sound.count, by: 7).map { place in
      var copy = sound
      copy[place] ^= 0x41
      return copy
    }
    damaged += [Data(), Data([1, 2, 3]), sound.dropLast(), sound.prefix(40), sound + [0]]
    for contents in damaged {
      try contents.write(to: file)
      #expect(try await see(files).use == EmbeddingCache.Use(reused: 0, embedded: 2))
      #expect(try Data(contentsOf: file) == sound)
    }
    let other = MadeEmbeddings.space(resize: "pad")
    #expect(CachedEmbeddings(Bytes(Array(sound)), space: other) == nil)
  }

  @Test("Beyond the limit the longest unused go: pictures within a file, then files")
  func limit() async throws {
    let files = try pictures(0..<12)
    let room = EmbeddingCache(folder: cache.folder, limit: 1024 + 8 * (32 + MadeEmbeddings.dimension))
    try await see(Array(files[..<8]), in: room)
    try await see([files[0], files[8]], in: room)
    #expect(room.read(space).order.count == 8)
    #expect(try await see([files[0], files[8], files[7]], in: room).use.reused == 3)
    #expect(try await see([files[1]], in: room).use.reused == 0)

    let old = try onlyFile()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -1000)], ofItemAtPath: old.path)
    try await see(files, in: room, space: MadeEmbeddings.space(extractor: "beef"))
    try await see(files, in: room, space: MadeEmbeddings.space(extractor: "dead"))
    #expect(!FileManager.default.fileExists(atPath: old.path))
  }

  @Test("Two at once lose no file and break none")
  func together() async throws {
    let files = try pictures(0..<40)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for part in 0..<8 {
        group.addTask { _ = try await see(Array(files[part * 5..<part * 5 + 5])) }
      }
      try await group.waitForAll()
    }
    let (given, use) = try await see(files)
    #expect(given.count == 40)
    #expect(use.reused >= 5)
    #expect(use.failure == nil)
  }

  @Test("A folder that cannot be written to costs a word, not the run")
  func unwritable() async throws {
    let files = try pictures(0..<2)
    try Data().write(to: folder.appending("cache"))
    let (given, use) = try await see(files)
    #expect(given.count == 2)
    #expect(use.failure?.contains("cannot be kept") == true)
  }

  @Test("Where it lies")
  func places() {
    #expect(EmbeddingCache.standardFolder(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"])?.path == "/x/imprint")
    let home = EmbeddingCache.standardFolder(environment: ["XDG_CACHE_HOME": "relative", "HOME": "/h"])?.path
    #expect(home == "/h/.cache/imprint" || home == "/h/Library/Caches/imprint")
    #expect(EmbeddingCache.standardFolder(environment: [:]) == nil)
  }
}

@Suite(
  "The cache and a real extractor")
struct ExtractorCacheTests {
  @Test("Kept embeddings are those that are seen, also when the work was broken off before the end")
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
