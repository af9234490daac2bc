import Foundation
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("Model cache")
struct ModelCacheTests {
  private struct Refusal: Error, Hashable {}

  private let folder: TemporaryFolder
  private let cache: ModelCache

  init() throws {
    folder = try TemporaryFolder()
    cache = ModelCache(folder: folder.appending("cache/models"))
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache.folder.path)) ?? []).sorted()
  }

  private func write(_ text: String, _ path: String?) throws -> String {
    if let path { try text.write(toFile: path, atomically: false, encoding: .utf8) }
    return path == nil ? "in memory" : "on disk"
  }

  @Test("Returns a rewritten model for its key only")
  func rewritten() {
    #expect(cache.rewritten("one") == nil)
    cache.keep(Bytes([1, 2, 3]), of: "one")
    #expect(cache.rewritten("one") == Bytes([1, 2, 3]))
    #expect(cache.rewritten("two") == nil)
  }

  @Test("Packs weights once, and names the file only when it is complete")
  func packedOnce() throws {
    var paths: [String] = []
    for _ in 0..<2 {
      _ = try cache.withPackedWeights(of: "model") { path in
        let path = try #require(path)
        paths.append(path)
        if paths.count == 1 {
          #expect(names.isEmpty)
          try "weights".write(toFile: path, atomically: false, encoding: .utf8)
        } else {
          #expect(try String(contentsOfFile: path, encoding: .utf8) == "weights")
        }
        return path
      }
    }
    #expect(paths[0] != paths[1])
    #expect(names.count == 1)
  }

  @Test("Falls back to weights in memory if the runtime fails with packed weights")
  func refused() throws {
    for attempt in 0..<2 {
      let weights = try cache.withPackedWeights(of: "model") { path in
        if path != nil { throw Refusal() }
        return try write("", path)
      }
      #expect(weights == "in memory")
      #expect(names.isEmpty)
      // On the second attempt, a damaged file exists.
      if attempt == 0 { _ = try cache.withPackedWeights(of: "model") { try write("damaged", $0) } }
    }
    #expect(throws: Refusal.self) { try cache.withPackedWeights(of: "model") { _ in throw Refusal() } }
  }

  @Test("Works without the cache if the folder cannot be created")
  func noFolder() throws {
    let file = folder.appending("file")
    try Data().write(to: file)
    let cache = ModelCache(folder: file.appending(path: "models"))
    cache.keep(Bytes([1]), of: "one")
    #expect(cache.rewritten("one") == nil)
    #expect(try cache.withPackedWeights(of: "model") { try write("weights", $0) } == "in memory")
  }

  @Test("Drops the least recently used models beyond the limit, and never stores too large ones")
  func limit() throws {
    let cache = ModelCache(folder: cache.folder, limit: 100)
    cache.keep(Bytes([UInt8](repeating: 0, count: 26)), of: "large")
    #expect(names.isEmpty)
    for number in 0..<6 {
      cache.keep(Bytes([UInt8](repeating: 0, count: 25)), of: "\(number)")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1000 + Double(number))],
        ofItemAtPath: cache.folder.appending(path: "\(number).rewritten-2").path)
    }
    #expect(names == ["2", "3", "4", "5"].map { $0 + ".rewritten-2" })
  }
}
