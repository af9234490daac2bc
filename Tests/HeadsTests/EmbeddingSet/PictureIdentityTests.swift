import Foundation
import Platform
import TFLite
import TestHeads
import Testing

@testable import Heads

@Suite("Pictures known by their content")
struct PictureIdentityTests {
  private func picture(_ number: Int, of label: Int = 0, named name: String? = nil) -> EmbeddedPicture {
    let made = MadeEmbeddings.picture(number, of: label)
    return EmbeddedPicture(
      name: name ?? made.name, embeddings: made.embeddings, digest: digest(number, of: label), look: madeLook(number))
  }

  private func digest(_ number: Int, of label: Int = 0) -> PictureDigest? {
    Array("\(label) \(number)".utf8).withUnsafeBytes { PictureDigest(of: $0) }
  }

  private func madeLook(_ number: Int) -> PictureLook? {
    let cells = PictureSketch.cells
    let luma = (0..<cells * cells).map { Float(($0 * (number + 3)) % 251) }
    return PictureSketch(luma: luma).map {
      PictureLook(width: 40 + number, height: 30, brightness: 90, contrast: 12, sharpness: 0.75, sketch: $0)
    }
  }

  private func set(
    _ numbers: Range<Int>, in folder: String = "wk", budget: Int = EmbeddingSet.defaultBudget
  ) throws -> EmbeddingSet {
    var set = EmbeddingSet(space: MadeEmbeddings.space(), budget: budget)
    for number in numbers { try set.add(picture(number, named: "\(folder)/\(number).jpg"), to: "rose") }
    return set
  }

  @Test("A digest is the first half of a SHA-256, reads back from its digits and bytes, and compares as they do")
  func digests() throws {
    let digest = try #require(Array("abc".utf8).withUnsafeBytes { PictureDigest(of: $0) })
    #expect("\(digest)" == "ba7816bf8f01cfea414140de5dae2223")
    #expect(PictureDigest("\(digest)") == digest && PictureDigest(bytes: digest.bytes) == digest)
    #expect(PictureDigest("ba78") == nil && PictureDigest("+a7816bf8f01cfea414140de5dae2223") == nil)
    #expect(PictureDigest(bytes: [1, 2]) == nil)
    let other = try #require(PictureDigest("ba7816bf8f01cfea414140de5dae2224"))
    #expect(digest < other && !(other < digest))
    #expect(try JSONDecoder().decode(PictureDigest.self, from: JSONEncoder().encode(digest)) == digest)
  }

  @Test("The same pictures under other names count once, with and without embeddings", arguments: [1 << 26, 0])
  func merging(_ budget: Int) throws {
    var both = try set(0..<6, budget: budget)
    let before = both.classes[0].steps
    try both.merge(set(0..<6, in: "./wk"))
    #expect(both.pictures == 6)
    #expect(both.classes[0].steps == before)
    try both.merge(set(4..<8, in: "other"))
    #expect(both.pictures == 8)
    #expect(try !both.add(picture(7, named: "again.jpg"), to: "rose"))
    #expect(try both.add(picture(8), to: "rose"))
  }

  @Test("Sums of pictures that are all there change nothing; sums of some of them are refused")
  func sums() throws {
    var sums = try set(0..<6, budget: 0)
    try sums.merge(set(0..<6, in: "./wk", budget: 0))
    #expect(sums.pictures == 6)
    #expect(throws: EmbeddingSetError.countedTwice(2)) { try sums.merge(set(4..<8, budget: 0)) }
    try sums.merge(set(6..<8, budget: 0))
    #expect(sums.pictures == 8)
    #expect(throws: EmbeddingSetError.neverAdded("3 pictures of \"rose\"")) { try sums.subtract(set(7..<10)) }
    try sums.subtract(set(6..<8, in: "x"))
    #expect(sums.pictures == 6)
    #expect(try sums.add(picture(7), to: "rose"))
  }

  @Test("Sums of more pictures than the limit have no digests, in whatever order they were merged")
  func digestLimit() throws {
    func sums(_ numbers: Range<Int>) throws -> EmbeddingSet {
      var set = EmbeddingSet(space: MadeEmbeddings.space(), budget: 0)
      set.digestLimit = 7
      for number in numbers { try set.add(picture(number, named: "\(number).jpg"), to: "rose") }
      return set
    }
    #expect(try sums(0..<7).classes[0].digests.count == 7)
    let whole = try sums(0..<9)
    #expect(whole.classes[0].digests.isEmpty && whole.pictures == 9)
    for part in [2, 5, 8] {
      var merged = try sums(part..<9)
      try merged.merge(sums(0..<part))
      #expect(try MadeEmbeddings.bytes(merged) == MadeEmbeddings.bytes(whole))
    }
    var read = try EmbeddingSet(Bytes(MadeEmbeddings.bytes(whole)), path: "x")
    read.digestLimit = 7
    try read.add(picture(20), to: "lily")
    #expect(read.classes[1].digests.isEmpty && read.pictures == 10)
    // Sums of as many pictures as the limit still tell copies.
    var last = try sums(0..<7)
    #expect(try !last.add(picture(3), to: "rose"))
  }

  @Test("Subtracts pictures by their content, whatever their names are")
  func subtracting() throws {
    var rest = try set(0..<6)
    try rest.subtract(set(2..<4, in: "./wk"))
    #expect(rest.classes[0].pictures.map(\.name) == [0, 1, 4, 5].map { "wk/\($0).jpg" })
    let (first, last) = (try set(0..<2).classes[0].steps, try set(4..<6).classes[0].steps)
    #expect(rest.classes[0].steps == zip(first, last).map { $0 + $1 })
    #expect(throws: EmbeddingSetError.noPicture("wk/3.jpg", label: "rose")) { try rest.subtract(set(3..<4)) }
  }

  @Test("A picture that was added without a digest gets that of the same name and embeddings")
  func adopting() throws {
    var set = EmbeddingSet(space: MadeEmbeddings.space())
    let made = MadeEmbeddings.picture(1, of: 0)
    try set.add(made, to: "rose")
    #expect(try !set.add(picture(1), to: "rose"))
    #expect(set.classes[0].pictures == [picture(1)])
    #expect(try !set.add(made, to: "rose"))
    #expect(try !set.add(picture(1, named: "other.jpg"), to: "rose"))
    #expect(set.pictures == 1)
  }

  @Test("The same picture in two classes is a conflict that names both", arguments: [1 << 26, 0])
  func conflicts(_ budget: Int) throws {
    var set = try set(0..<4, budget: budget)
    for number in 3..<6 { try set.add(picture(number, named: "lily/\(number).jpg"), to: "lily") }
    let conflict = try #require(set.conflicts.first)
    #expect(set.conflicts.count == 1)
    #expect(conflict.digest == digest(3))
    #expect(conflict.members.map(\.label) == ["rose", "lily"])
    #expect(conflict.members.map(\.picture) == (budget == 0 ? [nil, nil] : ["wk/3.jpg", "lily/3.jpg"]))
    #expect(set.pictures == 7)
  }

  @Test("A file keeps digests and looks", arguments: [1 << 26, 0])
  func file(_ budget: Int) throws {
    let set = try set(0..<5, budget: budget)
    let bytes = try MadeEmbeddings.bytes(set)
    let read = try EmbeddingSet(Bytes(bytes), path: "a.embeddings")
    #expect(read.classes == set.classes)
    #expect(try MadeEmbeddings.bytes(read) == bytes)
    for length in stride(from: 0, to: bytes.count, by: 13) {
      #expect(throws: EmbeddingSetError.self) { try EmbeddingSet(Bytes(Array(bytes[..<length])), path: "a") }
    }
  }

  @Test("A look keeps its parts as bytes; zeros stand for none")
  func looks() throws {
    let look = try #require(madeLook(2))
    #expect(PictureLook(encoded: look.encoded) == look)
    #expect(look.encoded.count == PictureLook.byteCount)
    #expect(PictureLook(encoded: [UInt8](repeating: 0, count: PictureLook.byteCount)) == nil)
    #expect(PictureLook(encoded: [1, 2]) == nil)
    let grey = try #require(PictureSketch(luma: [Float](repeating: 7, count: 1024)))
    #expect(grey.direction.allSatisfy { $0 == 0 })
  }
}
