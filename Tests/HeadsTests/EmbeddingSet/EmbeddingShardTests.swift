import Foundation
import ModelSurgery
import Platform
import TFLite
import TestHeads
import TestMaterial
import Testing

@testable import Heads

@Suite("Shards of embeddings")
struct EmbeddingShardTests {
  private static let space = MadeEmbeddings.space()

  /// Pictures of three classes, with digests; the tenth has the content of the first, under another name.
  private static func pictures(_ space: EmbeddingSpace = space) -> [(label: String, picture: EmbeddedPicture)] {
    (0..<30).map { number in
      let (label, content) = (number / 10, number == 9 ? 0 : number)
      let made = MadeEmbeddings.picture(content, of: label, in: space)
      let digest = Array("\(content)".utf8).withUnsafeBytes { PictureDigest(of: $0) }
      let name = "class \(label)/\(number < 10 ? "0" : "")\(number).jpg"
      return ("class \(label)", EmbeddedPicture(name: name, embeddings: made.embeddings, digest: digest))
    }
  }

  private func shard(
    _ index: Int, of count: Int, budget: Int = EmbeddingSet.defaultBudget, processor: String = "AVX2",
    in space: EmbeddingSpace = space, without omitted: Set<Int> = [9]
  ) throws -> EmbeddingSet {
    let shard = try EmbeddingShard(job: "flowers", index: index, count: count)
    var set = EmbeddingSet(space: space, budget: budget, shard: shard, processor: processor)
    let pictures = Self.pictures(space).enumerated().filter { !omitted.contains($0.offset) }.map(\.element)
    for place in shard.places(of: pictures.count) { try set.add(pictures[place].picture, to: pictures[place].label) }
    return set
  }

  private func whole(
    budget: Int = EmbeddingSet.defaultBudget, in space: EmbeddingSpace = space, without omitted: Set<Int> = [9]
  ) throws -> EmbeddingSet { try shard(0, of: 1, budget: budget, in: space, without: omitted) }

  private func merged(_ parts: [EmbeddingSet], budget: Int = EmbeddingSet.defaultBudget) throws -> EmbeddingSet {
    var all = EmbeddingSet(space: parts[0].space, budget: budget)
    for part in parts { try all.merge(part) }
    all.sort()
    return all
  }

  private func bytes(_ set: EmbeddingSet) throws -> [UInt8] { try MadeEmbeddings.bytes(set) }

  @Test("Shards are disjoint, and together all pictures", arguments: [(0, 3), (1, 1), (10, 3), (10, 10), (7, 100)])
  func division(pictures: Int, count: Int) throws {
    let ranges = try (0..<count).map {
      try EmbeddingShard(job: "j", index: $0, count: count).places(of: pictures)
    }
    #expect(ranges.flatMap { Array($0) } == Array(0..<pictures))
    #expect(ranges.allSatisfy { $0.count == pictures / count || $0.count == (pictures + count - 1) / count })
  }

  @Test("Divides the largest numbers without overflow")
  func largest() throws {
    let most = EmbeddingShard.mostShards
    let last = try EmbeddingShard(job: "j", index: most - 1, count: most).places(of: .max)
    #expect(last.upperBound == .max)
    for (index, count) in [(-1, 3), (3, 3), (0, 0), (0, most + 1)] {
      #expect(throws: EmbeddingSetError.badShard(index: index, count: count)) {
        try EmbeddingShard(job: "j", index: index, count: count)
      }
    }
  }

  @Test(
    "Shards in any order and number give the same file as all pictures at once",
    arguments: [EmbeddingSet.defaultBudget, 100, 0], [2, 3, 7, 40])
  func sameBytes(budget: Int, count: Int) throws {
    let all = try bytes(whole(budget: budget))
    let parts = try (0..<count).map { try shard($0, of: count, budget: budget) }
    #expect(parts.allSatisfy { $0.hasEmbeddings || budget == 0 })
    var generator = SplitMix64(seed: UInt64(count))
    for _ in 0..<3 {
      #expect(try bytes(merged(parts.shuffled(using: &generator), budget: budget)) == all)
    }
    // As a tree, with files in between.
    let half = try merged(Array(parts[..<(count / 2)]), budget: budget)
    let rest = try merged(Array(parts[(count / 2)...]), budget: budget)
    #expect(!half.shards.isEmpty && !rest.shards.isEmpty)
    let read = try [rest, half].map { try EmbeddingSet(Bytes(bytes($0)), path: "x") }
    #expect(try bytes(merged(read, budget: budget)) == all)
  }

  @Test("Sums of floats and of several views give the same bytes in any order too")
  func floats() throws {
    for space in [
      MadeEmbeddings.space(element: .float32), MadeEmbeddings.space(views: .five),
      MadeEmbeddings.space(element: .float32, views: .thirteen),
    ] {
      let all = try bytes(whole(budget: 0, in: space))
      let parts = try (0..<5).map { try shard($0, of: 5, budget: 0, in: space) }
      for order in [parts, parts.reversed(), [2, 4, 1, 0, 3].map { parts[$0] }] {
        #expect(try bytes(merged(order, budget: 0)) == all)
      }
      // Embeddings that become sums when they are merged are the same.
      let stored = try (0..<5).map { try shard($0, of: 5, in: space) }
      #expect(
        try merged(stored, budget: 0).classes.map(\.steps) == EmbeddingSet(Bytes(all), path: "x").classes.map(\.steps))
      #expect(try bytes(merged(stored, budget: 0)) == all)
    }
  }

  @Test("Embeddings of more than one block of rows give the same sums in any order")
  func blocks() throws {
    let space = MadeEmbeddings.space(dimension: 16)
    let pictures = (0..<2500).map { MadeEmbeddings.picture($0, of: $0 % 3, in: space) }
    func sums(_ order: some Sequence<Int>) throws -> [UInt8] {
      var set = EmbeddingSet(space: space, budget: 0)
      for number in order { try set.add(pictures[number], to: "class \(number % 3)") }
      set.sort()
      return try bytes(set)
    }
    #expect(try sums(0..<2500) == sums((0..<2500).reversed()))
  }

  @Test("A number too large to be summed is refused beyond the budget, and the set stays as it was")
  func tooLarge() throws {
    let space = MadeEmbeddings.space(element: .float32)
    var bytes = Array(MadeEmbeddings.picture(0, of: 0, in: space).embeddings)
    withUnsafeBytes(of: Float(0x1p31).bitPattern.littleEndian) { bytes.replaceSubrange(4..<8, with: $0) }
    let picture = EmbeddedPicture(name: "large", embeddings: Bytes(bytes))
    var stored = EmbeddingSet(space: space)
    try stored.add(picture, to: "rose")
    var sums = try MadeEmbeddings.set(in: space, budget: 0)
    let before = try self.bytes(sums)
    #expect(throws: EmbeddingSetError.tooLarge(picture: "large")) { try sums.add(picture, to: "rose") }
    #expect(throws: EmbeddingSetError.tooLarge(picture: "large")) { try sums.merge(stored) }
    #expect(try self.bytes(sums) == before)
  }

  @Test("A copy of a picture in another shard counts once, under the least name, in any order")
  func copies() throws {
    let all = try whole(without: [])
    #expect(all.pictures == 29 && all.classes[0].pictures[0].name == "class 0/00.jpg")
    let parts = try (0..<4).map { try shard($0, of: 4, without: []) }
    for order in [parts, parts.reversed()] { #expect(try bytes(merged(order)) == bytes(all)) }
  }

  @Test("Tells which shards are missing, until all are there", arguments: [EmbeddingSet.defaultBudget, 0])
  func missing(budget: Int) throws {
    var set = try merged([0, 1, 4].map { try shard($0, of: 6, budget: budget) }, budget: budget)
    let held = try #require(set.shards.first)
    #expect(HeldShards.text(held.held) == "0-1, 4" && HeldShards.text(held.missing) == "2-3, 5")
    #expect(held.job == "flowers" && held.count == 6)
    let read = try EmbeddingSet(Bytes(bytes(set)), path: "x")
    #expect(read.shards == set.shards)
    for index in [5, 2, 3] { try set.merge(shard(index, of: 6, budget: budget)) }
    #expect(set.shards.isEmpty && set.pictures == 29)
  }

  @Test("A shard that is given twice counts once", arguments: [EmbeddingSet.defaultBudget, 0])
  func twice(budget: Int) throws {
    let parts = try [0, 1, 1, 0, 2, 1].map { try shard($0, of: 3, budget: budget) }
    #expect(try bytes(merged(parts, budget: budget)) == bytes(whole(budget: budget)))
  }

  @Test("Sums that hold a shard again beside others are refused, embeddings are not")
  func overlapping() throws {
    let sums = try (0..<3).map { try shard($0, of: 3, budget: 0) }
    var first = try merged([sums[0], sums[1]], budget: 0)
    let second = try merged([sums[1], sums[2]], budget: 0)
    #expect(throws: EmbeddingSetError.shardsTwice("1")) { try first.merge(second) }
    #expect(first.pictures < 29)
    let parts = try (0..<3).map { try shard($0, of: 3) }
    let both = try [merged([parts[0], parts[1]]), merged([parts[1], parts[2]])]
    #expect(try bytes(merged(both)) == bytes(whole()))
  }

  @Test("Shards of another division of the same pictures are refused")
  func otherDivision() throws {
    var set = try shard(0, of: 3)
    #expect(throws: EmbeddingSetError.otherDivision(3, 4)) { try set.merge(shard(1, of: 4)) }
  }

  @Test("Shards beside other pictures keep both, whatever comes first")
  func others() throws {
    var daisies = EmbeddingSet(space: Self.space)
    try daisies.add(MadeEmbeddings.picture(77, of: 5), to: "daisy")
    let parts = try (0..<3).map { try shard($0, of: 3, budget: 0) }
    var files: Set<[UInt8]> = []
    for order in [[daisies] + parts, parts + [daisies], [parts[0], daisies, parts[1], parts[0], parts[2]]] {
      let all = try merged(order, budget: 0)
      #expect(all.pictures == 30 && all.shards.isEmpty)
      files.insert(try bytes(all))
    }
    #expect(files.count == 1)
    // Sums with a shard and the daisies are not skipped, because of the daisies.
    var first = try merged([parts[0]], budget: 0)
    let beside = try merged([parts[0], daisies], budget: 0)
    #expect(throws: EmbeddingSetError.shardsTwice("0")) { try first.merge(beside) }
  }

  @Test("Notes the versions, processors and arithmetic of the workers")
  func workers() throws {
    let set = try merged([shard(0, of: 3), shard(1, of: 3, processor: "SDOT")])
    #expect(set.shards.first?.workers.map(\.processor) == ["AVX2", "SDOT"])
    let workers = try #require(set.shards.first?.workers)
    #expect(workers.allSatisfy { $0.version == PackageVersion.text && $0.arithmetic == .exact })
  }

  @Test("A forged record of shards is refused or makes sense")
  func forged() throws {
    let good = String(decoding: try bytes(shard(1, of: 3)), as: Unicode.ASCII.self)
    #expect(good.contains("\"held\":[[1,1]]"))
    for held in ["[[1,3]]", "[[2,1]]", "[[-1,1]]", "[]", "[[1]]", "[[0,9223372036854775807]]"] {
      let json = "{\"job\":\"j\",\"count\":3,\"held\":\(held),\"workers\":[]}"
      #expect(throws: (any Error).self) { try JSONDecoder().decode(HeldShards.self, from: Data(json.utf8)) }
    }
  }
}
