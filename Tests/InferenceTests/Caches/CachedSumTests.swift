import Foundation
import Platform
import TFLite
import TestMaterial
import Testing

@testable import Inference

@Suite("Checksums of cache files")
struct CachedSumTests {
  private static let later = FileStamp.Time(seconds: 1 << 40)

  private let temporary: TemporaryFolder
  private let cache: CacheFolder

  init() throws {
    temporary = try TemporaryFolder()
    cache = CacheFolder(folder: temporary.url, limit: 1 << 30, endings: [".kept"])
  }

  private func sum(of name: String) throws -> CachedSum {
    let bytes = try Bytes(Array(Data(contentsOf: cache.file(name + CachedSum.ending))))
    return try #require(CachedSum(bytes))
  }

  private func keep(_ byte: UInt8, count: Int = 1 << 21) -> Bytes {
    let contents = Bytes([UInt8](repeating: byte, count: count))
    cache.keep(contents, as: "one.kept")
    return contents
  }

  @Test("The second file is read as it was written")
  func coded() throws {
    var sum = CachedSum(of: [1, 2, 3], named: "one")
    #expect(CachedSum(sum.bytes) == sum)
    sum.version = 7
    #expect(CachedSum(sum.bytes) == sum)
    #expect(sum.bytes.count == 16)
    for count in [0, 7, 9, 15, 17] { #expect(CachedSum(Bytes([UInt8](repeating: 1, count: count))) == nil) }
  }

  @Test("A version that was compared is not compared again", .enabled(if: SystemStart.identifier != nil))
  func comparedOnce() throws {
    let contents = keep(1)
    #expect(try sum(of: "one.kept").version == nil)
    #expect(cache.open("one.kept", now: Self.later)?.bytes == contents)
    let noted = try sum(of: "one.kept")
    let version = try #require(noted.version)
    // With a false checksum, only a file that is not compared opens.
    var other = CachedSum(of: [1], named: "another")
    other.version = version
    try Data(other.bytes).write(to: cache.file("one.kept" + CachedSum.ending))
    #expect(chmod(cache.file("one.kept" + CachedSum.ending).path, 0o600) == 0)
    #expect(cache.open("one.kept", now: Self.later)?.bytes == contents)
    // With the note of another version, the file is compared.
    other.version = version &+ 1
    try Data(other.bytes).write(to: cache.file("one.kept" + CachedSum.ending))
    #expect(cache.open("one.kept", now: Self.later) == nil)
  }

  @Test("A file that was changed after the comparison is compared again", arguments: [0, 1, 2])
  func changed(kind: Int) throws {
    _ = keep(1)
    _ = try #require(cache.open("one.kept", now: Self.later))
    let file = cache.file("one.kept")
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    Thread.sleep(forTimeInterval: 0.02)
    switch kind {
    case 0:
      // In place, with the size and the time that it had.
      let handle = try FileHandle(forUpdating: file)
      try handle.seek(toOffset: 1 << 20)
      try handle.write(contentsOf: Data([2]))
      try handle.close()
    case 1:
      // By another file.
      try FileManager.default.removeItem(at: file)
      try Data([UInt8](repeating: 2, count: 1 << 21)).write(to: file)
      #expect(chmod(file.path, 0o600) == 0)
    default:
      let handle = try FileHandle(forUpdating: file)
      try handle.truncate(atOffset: (1 << 21) - 1)
      try handle.close()
    }
    try FileManager.default.setAttributes(
      [.modificationDate: try #require(attributes[.modificationDate])], ofItemAtPath: file.path)
    #expect(cache.open("one.kept", now: Self.later) == nil)
  }

  @Test("A file that has just changed, a small one, and one under another name are compared each time")
  func comparedAlways() throws {
    _ = keep(1)
    #expect(cache.open("one.kept") != nil)
    #expect(try sum(of: "one.kept").version == nil)
    _ = keep(1, count: 1000)
    #expect(cache.open("one.kept", now: Self.later) != nil)
    #expect(try sum(of: "one.kept").version == nil)
    _ = keep(1)
    _ = try #require(cache.open("one.kept", now: Self.later))
    for ending in ["", CachedSum.ending] {
      try FileManager.default.moveItem(at: cache.file("one.kept" + ending), to: cache.file("two.kept" + ending))
    }
    #expect(cache.open("two.kept", now: Self.later) == nil)
  }

  @Test("Opening a file marks it as used, and does not change it")
  func marked() throws {
    _ = keep(1)
    let old = Date(timeIntervalSince1970: 1000)
    let stamp = try Bytes(mapping: cache.file("one.kept")).stamp
    try FileManager.default.setAttributes(
      [.modificationDate: old], ofItemAtPath: cache.file("one.kept" + CachedSum.ending).path)
    _ = try #require(cache.open("one.kept"))
    #expect(try Bytes(mapping: cache.file("one.kept")).stamp == stamp)
    let used = try FileManager.default.attributesOfItem(atPath: cache.file("one.kept" + CachedSum.ending).path)
    #expect(try #require(used[.modificationDate] as? Date) > old)
  }
}
