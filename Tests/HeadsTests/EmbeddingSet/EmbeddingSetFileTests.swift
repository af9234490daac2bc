import Platform
import Foundation
import TFLite
import TestMaterial
import TestHeads
import Testing

@testable import Heads

@Suite("Embedding files")
struct EmbeddingSetFileTests {
  static let examples: [(space: EmbeddingSpace, budget: Int)] = [
    (MadeEmbeddings.space(), EmbeddingSet.defaultBudget), (MadeEmbeddings.space(), 0),
    (MadeEmbeddings.space(element: .float32, views: .five), 1 << 20),
    (MadeEmbeddings.space(element: .float32), 100),
  ]

  @Test("Reads back what was written, byte for byte", arguments: examples.indices)
  func roundTrip(_ index: Int) throws {
    let (space, budget) = Self.examples[index]
    let set = try MadeEmbeddings.set(in: space, budget: budget)
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "a.embeddings")
    try set.write(to: file)
    var read = try EmbeddingSet(contentsOf: file)
    #expect(read.hasEmbeddings == set.hasEmbeddings)
    #expect(read.classes.map(\.name) == set.classes.map(\.name))
    #expect(read.classes.map(\.steps) == set.classes.map(\.steps))
    #expect(try MadeEmbeddings.bytes(read) == MadeEmbeddings.bytes(set))
    try read.merge(MadeEmbeddings.set(pictures: 5..<6, in: space))
    #expect(read.pictures == 18)
  }

  @Test("Writes augmentation and arithmetic into the header under their original names")
  func header() throws {
    for (views, arithmetic, text) in [
      (Augmentation.off, Arithmetic.exact, "\"arithmetic\":\"exact\",\"dimension\":12,\"element\":\"uint8\""),
      (.five, .int8, "\"arithmetic\":\"rewritten\""),
    ] {
      let bytes = try MadeEmbeddings.bytes(
        MadeEmbeddings.set(in: MadeEmbeddings.space(views: views, arithmetic: arithmetic)))
      let header = String(decoding: bytes, as: UTF8.self)
      #expect(header.contains(text))
      #expect(header.contains("\"views\":\"\(views == .off ? "one" : "five")\",\"zeroPoint\":0}"))
    }
  }

  @Test("Describes augmentation and arithmetic by other names than those in the header")
  func names() {
    #expect(Augmentation.allCases.map(\.description) == ["none", "five", "thirteen"])
    #expect(Augmentation.allCases.allSatisfy { Augmentation($0.description) == $0 })
    #expect(Arithmetic.allCases.map(\.description) == ["exact", "int8"])
    #expect(Arithmetic.allCases.allSatisfy { Arithmetic($0.description) == $0 })
    #expect(Augmentation("one") == nil && Arithmetic("rewritten") == nil)
  }

  @Test("Takes one byte per element of a quantised network, and at most 5 % more")
  func size() throws {
    let set = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<100, in: MadeEmbeddings.space(dimension: 1024))
    #expect(try MadeEmbeddings.bytes(set).count < 200 * 1024 * 105 / 100)
  }

  @Test("Rejects a file that is cut off anywhere", arguments: [EmbeddingSet.defaultBudget, 0])
  func cut(_ budget: Int) throws {
    let bytes = try MadeEmbeddings.bytes(MadeEmbeddings.set(budget: budget))
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: EmbeddingSetError.self) {
        try EmbeddingSet(Bytes(Array(bytes.prefix(length))), path: "a.embeddings")
      }
    }
  }

  @Test("Rejects a file with one altered bit")
  func altered() throws {
    let bytes = try MadeEmbeddings.bytes(MadeEmbeddings.set())
    for place in stride(from: 0, to: bytes.count, by: 5) {
      var altered = bytes
      altered[place] ^= 1
      #expect(throws: EmbeddingSetError.self) { try EmbeddingSet(Bytes(altered), path: "a.embeddings") }
    }
  }

  @Test("Rejects a file of a later version and names the version")
  func newer() throws {
    var bytes = try MadeEmbeddings.bytes(MadeEmbeddings.set())
    bytes[4] = 9
    #expect(throws: EmbeddingSetError.newerVersion(path: "a.embeddings", version: 9, known: 3)) {
      try EmbeddingSet(Bytes(bytes), path: "a.embeddings")
    }
  }

  @Test("Reads a forged file with a correct digest as a usable set, or rejects it with an error")
  func hostile() throws {
    for seed in 0..<300 { try readForged(seed) }
  }

  @Test("Rejects impossibly large picture counts instead of overflowing", arguments: [1, 3])
  func counts(_ classes: Int) throws {
    let bytes = try MadeEmbeddings.bytes(MadeEmbeddings.set(classes: 0..<classes, budget: 0)).dropLast(32) as [UInt8]
    let length = bytes[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) }
    let greatest = classes == 1 ? "9223372036854775807" : "4611686018427387904"
    let header = String(decoding: bytes[12..<12 + length], as: UTF8.self)
      .replacingOccurrences(of: "\"count\":5", with: "\"count\":\(greatest)")
    var altered = Array(bytes[..<8])
    withUnsafeBytes(of: UInt32(header.utf8.count).littleEndian) { altered.append(contentsOf: $0) }
    altered += Array(header.utf8) + bytes[(12 + length)...]
    altered += try SHA256Digest(of: altered).bytes
    #expect(throws: EmbeddingSetError.badFile(path: "a.embeddings", reason: "its class \"class 0\" makes no sense")) {
      try EmbeddingSet(Bytes(altered), path: "a.embeddings")
    }
  }

  private func readForged(_ seed: Int) throws {
    let budget = seed.isMultiple(of: 2) ? 0 : EmbeddingSet.defaultBudget
    var bytes = try MadeEmbeddings.bytes(MadeEmbeddings.set(budget: budget)).dropLast(32) as [UInt8]
    var generator = SplitMix64(seed: UInt64(seed))
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 8..<bytes.count, using: &generator)
      bytes[place] = seed.isMultiple(of: 3) ? UInt8(ascii: "9") : UInt8.random(in: 0...255, using: &generator)
    }
    bytes += try SHA256Digest(of: bytes).bytes
    do {
      let set = try EmbeddingSet(Bytes(bytes), path: "a.embeddings")
      _ = try set.pooledMoments().squareTriangle()
    } catch is EmbeddingSetError {}
  }
}
