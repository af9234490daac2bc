import Foundation
import Platform
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

  /// Returns the only file with an ending.
  private func file(of ending: String) throws -> URL {
    let names = names.filter { $0.hasSuffix(ending) }
    #expect(names.count == 1)
    return cache.folder.appending(path: try #require(names.first))
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

  private static let later = FileStamp.Time(seconds: 1 << 40)

  /// Writes a file of 2 MB that holds one byte everywhere.
  private func write(_ byte: UInt8, to file: URL) throws {
    let handle = try FileHandle(forUpdating: file)
    try handle.write(contentsOf: Data(repeating: byte, count: 1 << 21))
    try handle.close()
  }

  @Test("Knows the digest of a version of a file, and computes that of another")
  func digests() throws {
    let file = folder.appending("model.tflite")
    try Data().write(to: file)
    try write(1, to: file)
    let first = try Bytes(mapping: file)
    let digest = try cache.digest(of: first, now: Self.later)
    #expect(try digest == first.sha256)
    let name = try #require(names.first { $0.hasSuffix(".digest") })
    // What the cache knows is not computed again.
    let known = String(repeating: "7", count: 64)
    CacheFolder(folder: cache.folder, limit: 1 << 20, endings: []).keep(Bytes(Array(known.utf8)), as: name)
    #expect(try cache.digest(of: Bytes(mapping: file), now: Self.later) == known)
    // Written in place, with the size and the time that it had.
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    Thread.sleep(forTimeInterval: 0.02)
    try write(2, to: file)
    try FileManager.default.setAttributes(
      [.modificationDate: try #require(attributes[.modificationDate])], ofItemAtPath: file.path)
    let second = try Bytes(mapping: file)
    #expect(try cache.digest(of: second, now: Self.later) == second.sha256)
    #expect(try second.sha256 != digest)
  }

  @Test("Keeps no digest of a file that has just changed, of a part of one, and of bytes in memory")
  func digestsNotKept() throws {
    let file = folder.appending("model.tflite")
    try Data().write(to: file)
    try write(1, to: file)
    let bytes = try Bytes(mapping: file)
    #expect(try cache.digest(of: bytes) == bytes.sha256)
    let part = try #require(bytes.slice(1..<bytes.count))
    #expect(try cache.digest(of: part, now: Self.later) == part.sha256)
    let copy = Bytes(Array(bytes))
    #expect(try cache.digest(of: copy, now: Self.later) == copy.sha256)
    #expect(names.isEmpty)
  }

  @Test("Packs weights once, and names the file only when it is complete")
  func packedOnce() throws {
    for run in 0..<2 {
      _ = try cache.withPackedWeights(of: "model") { path in
        let path = try #require(path)
        if run == 0 {
          #expect(names.isEmpty)
          try "weights".write(toFile: path, atomically: false, encoding: .utf8)
        } else {
          #expect(try String(contentsOfFile: path, encoding: .utf8) == "weights")
          // What is put in the place of the file meanwhile does not reach the runtime.
          try Data("others".utf8).write(to: file(of: ".packed"), options: .atomic)
          #expect(try String(contentsOfFile: path, encoding: .utf8) == "weights")
        }
      }
    }
    #expect(names.count == 2)
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
        ofItemAtPath: cache.folder.appending(path: "\(number).rewritten-2.sum").path)
    }
    #expect(names.filter { !$0.hasSuffix(".sum") } == ["2", "3", "4", "5"].map { $0 + ".rewritten-2" })
    #expect(names.count == 8)
  }

  /// Caches a model and packed weights and the trial of a library, changes all files, and returns what is still found.
  private func found(after change: (URL) throws -> Void) throws -> [String] {
    let cache = ModelCache(folder: folder.appending(UUID().uuidString))
    cache.keep(Bytes([1, 2, 3]), of: "one")
    cache.noteTried("library")
    _ = try cache.withPackedWeights(of: "model") { try write("weights", $0) }
    for name in try FileManager.default.contentsOfDirectory(atPath: cache.folder.path) {
      try change(cache.folder.appending(path: name))
    }
    var found: [String] = []
    if cache.rewritten("one") == Bytes([1, 2, 3]) { found.append("model") }
    if cache.hasTried("library") { found.append("trial") }
    _ = try cache.withPackedWeights(of: "model") { path in
      if let path, try String(contentsOfFile: path, encoding: .utf8) == "weights" { found.append("weights") }
    }
    return found
  }

  @Test("Uses what this user wrote, and nobody else may write")
  func permissions() throws {
    let all = ["model", "trial", "weights"]
    #expect(try found { _ in } == all)
    #expect(try found { _ = chmod($0.path, 0o644) } == all)
    #expect(try found { _ = chmod($0.path, 0o646) } == [])
    if geteuid() == 0 { #expect(try found { _ = chown($0.path, 65_534, 65_534) } == []) }
  }

  @Test("Uses no file that is damaged, cut off, extended, empty, a link or a pipe, and none without its checksum")
  func damaged() throws {
    let changes: [(URL) throws -> Void] = [
      { file in
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: file)
      },
      { try Data(contentsOf: $0).dropLast().write(to: $0) },
      { try (Data(contentsOf: $0) + [0]).write(to: $0) },
      { try Data().write(to: $0) },
      { if $0.pathExtension == "sum" { try FileManager.default.removeItem(at: $0) } },
      { if $0.pathExtension != "sum" { try FileManager.default.removeItem(at: $0) } },
      { file in
        let moved = file.appendingPathExtension("moved")
        try FileManager.default.moveItem(at: file, to: moved)
        try FileManager.default.createSymbolicLink(at: file, withDestinationURL: moved)
      },
      { file in
        try FileManager.default.removeItem(at: file)
        #expect(mkfifo(file.path, 0o600) == 0)
      },
    ]
    for (number, change) in changes.enumerated() { #expect(try found(after: change) == [], "change \(number)") }
  }

  @Test("Uses no file under the name of another")
  func renamed() throws {
    cache.keep(Bytes([1, 2, 3]), of: "one")
    for ending in ["", ".sum"] {
      try FileManager.default.moveItem(
        at: cache.folder.appending(path: "one.rewritten-2" + ending),
        to: cache.folder.appending(path: "two.rewritten-2" + ending))
    }
    #expect(cache.rewritten("two") == nil)
  }

  @Test("Only this user can read the files, whatever the usual permissions are")
  func privacy() throws {
    cache.keep(Bytes([1, 2, 3]), of: "one")
    for name in names {
      let file = cache.folder.appending(path: name).path
      #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    }
  }
}
