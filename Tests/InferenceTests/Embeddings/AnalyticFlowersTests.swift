import LinearAlgebra
import ModelSurgery
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite(
  "The analytic head on real flowers",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct AnalyticFlowersTests {
  @Test(
    "Classifies held-back pictures, with an accuracy close to the leave-one-out estimate",
    arguments: [(5, 0.85, 0.04), (20, 0.93, 0.04), (60, 0.955, 0.04)])
  func accuracy(shots: Int, least: Double, tolerance: Double) async throws {
    let classes = try await Flowers17.classes.value
    let solved = try Analytic().solve(try Flowers17.embeddings(classes, shots: shots))
    let found = Flowers17.accuracy(solved.head, classes)
    let estimate = try #require(solved.leaveOneOut)
    #expect(found >= least)
    #expect(abs(estimate.accuracy - found) <= tolerance)
    #expect(estimate.predictions.count == 17 * shots)
    #expect(shots < 20 || solved.head.transform == .root)
  }

  @Test("Reaches a useful accuracy with one or two pictures per class", arguments: [(1, 0.58), (2, 0.73)])
  func fewShots(shots: Int, least: Double) async throws {
    let classes = try await Flowers17.classes.value
    let head = try Analytic().solve(try Flowers17.embeddings(classes, shots: shots)).head
    #expect(Flowers17.accuracy(head, classes) >= least)
  }

  @Test("Solves nearly the same head from class sums alone")
  func sums() async throws {
    let classes = try await Flowers17.classes.value
    var sums = EmbeddingSet(space: Flowers17.space, budget: 0)
    try sums.merge(try Flowers17.embeddings(classes, shots: 60))
    #expect(Flowers17.accuracy(try Analytic().solve(sums).head, classes) >= 0.95)
  }

  @Test("Finds pictures with a wrong label")
  func suspects() async throws {
    let classes = try await Flowers17.classes.value
    var generator = SeededGenerator(seed: 5)
    let flipped = Set((0..<1020).shuffled(using: &generator).prefix(20))
    var embeddings = EmbeddingSet(space: Flowers17.space)
    for (place, pictures) in classes.enumerated() {
      for (index, picture) in pictures[20...].enumerated() {
        let number = place * 60 + index
        let label = flipped.contains(number) ? (place + Int.random(in: 1...16, using: &generator)) % 17 : place
        try embeddings.add(
          EmbeddedPicture(name: "\(number)", embeddings: picture.embeddings), to: "flower \(label)")
      }
    }
    let suspects = try #require(try Analytic().solve(embeddings).leaveOneOut).suspects(40)
    #expect(suspects.filter { flipped.contains(Int($0.picture) ?? -1) }.count >= 19)
  }

  @Test("The novelty score separates untaught classes from taught ones")
  func novelty() async throws {
    let classes = try await Flowers17.classes.value
    let taught = Array(classes.prefix(12))
    let novelty = try #require(try Analytic().solve(try Flowers17.embeddings(taught, shots: 60)).novelty)
    #expect(novelty.shares.count == 256)
    #expect(novelty.shares.allSatisfy { (0...1).contains($0) })
    let heldBack = try values(novelty, taught.flatMap { $0[..<6] })
    let novel = try values(novelty, classes.dropFirst(12).flatMap { $0[..<10] })
    let (known, unknown) = (heldBack.map { value(novelty, $0) }, novel.map { value(novelty, $0) })
    var above = 0.0
    for one in known { for other in unknown { above += one > other ? 1 : 0 } }
    #expect(above / Double(known.count * unknown.count) >= 0.9)
    // Held-back pictures have the same mean distance as leave-one-out training pictures.
    let mean = heldBack.reduce(0) { $0 + $1.distance } / Double(heldBack.count)
    let leftOut = novelty.training.reduce(0) { $0 + $1.distance } / Double(novelty.training.count)
    #expect(abs(mean / leftOut - 1) < 0.2)
  }

  @Test("Calls few right answers unknown, in classes with 3, 5 and 10 pictures as in those with 30 beside them")
  func unknownOfRareClasses() async throws {
    let classes = try await Flowers17.classes.value
    let sizes = [3, 30, 5, 30, 10, 30]
    var counts: [Int: (right: Int, unknown: Int)] = [:]
    var generator = SeededGenerator(seed: 3)
    for draw in 0..<6 {
      var set = EmbeddingSet(space: Flowers17.space)
      let size = { (place: Int) in sizes[(place + draw) % sizes.count] }
      let drawn = classes.map { $0.shuffled(using: &generator) }
      for (place, pictures) in drawn.enumerated() {
        for picture in pictures.prefix(size(place)) { try set.add(picture, to: "flower \(place)") }
      }
      let solved = try Analytic().solve(set)
      let novelty = try #require(solved.novelty)
      #expect(novelty.smallClasses.isEmpty)
      let rule = try #require(try StoredNovelty(novelty, rate: UnknownRule.usualRate)).rule(rate: 0.05)
      for (place, pictures) in drawn.enumerated() {
        let further = pictures[30..<60]
        for (picture, found) in zip(further, try values(novelty, further, solved.head.transform)) {
          let logits = solved.head.logits(of: Flowers17.space.steps(picture.embeddings))
          guard logits.indices.max(by: { logits[$0] < logits[$1] }) == place else { continue }
          counts[size(place), default: (0, 0)].right += 1
          if rule.isUnknown(Float(value(novelty, found)), best: place) {
            counts[size(place), default: (0, 0)].unknown += 1
          }
        }
      }
    }
    for (size, count) in counts {
      let share = Double(count.unknown) / Double(count.right)
      #expect(share <= 0.08, "\(count.unknown) of \(count.right) with \(size) pictures")
    }
    #expect(counts.keys.sorted() == [3, 5, 10, 30])
  }

  @Test(
    "One class alone is told from other flowers, and few of its own pictures are unknown",
    arguments: [(3, 0.95), (10, 0.96), (30, 0.97)])
  func oneClass(shots: Int, leastArea: Double) async throws {
    let classes = try await Flowers17.classes.value
    var own = (count: 0.0, unknown: 0.0, area: 0.0)
    for place in stride(from: 0, to: classes.count, by: 4) {
      let taught = try Flowers17.embeddings([classes[place]], shots: shots)
      let solved = try Analytic(takesOneClass: true).solve(taught)
      let novelty = try #require(solved.novelty)
      let rule = try #require(try StoredNovelty(novelty, rate: UnknownRule.usualRate)).rule(rate: 0.05)
      func scores(_ pictures: some Sequence<EmbeddedPicture>) -> [Float] {
        pictures.map { novelty.value(of: solved.head.transform.features(of: Flowers17.space.steps($0.embeddings))) }
      }
      let strangers = scores(classes.indices.filter { $0 != place }.flatMap { classes[$0][..<2] })
      for score in scores(classes[place][..<20]) {
        own.count += 1
        own.unknown += rule.isUnknown(score, best: 0) ? 1 : 0
        own.area += Double(strangers.count { $0 < score }) / Double(strangers.count)
      }
    }
    // Of 100 pictures, so that a rate of 0.05 may be found as 0.12.
    #expect(own.unknown / own.count <= 0.12)
    #expect(own.area / own.count >= leastArea)
  }

  private func value(_ novelty: NoveltyScore, _ known: NoveltyScore.Value) -> Double {
    10 * known.projection - known.distance / novelty.deviation
  }

  /// Returns D² and p of pictures, from the novelty score's own numbers.
  private func values(
    _ novelty: NoveltyScore, _ pictures: some Sequence<EmbeddedPicture>, _ transform: FeatureTransform = .root
  ) throws -> [NoveltyScore.Value] {
    let dimension = novelty.dimension
    let centred = try Matrix(
      columns: dimension,
      elements: pictures.flatMap { picture in
        zip(transform.features(of: Flowers17.space.steps(picture.embeddings)), novelty.mean).map { $0 - Double($1) }
      })
    func products(_ rows: [Float]) throws -> Matrix {
      try Matrix.product(
        centred, Matrix(columns: dimension, elements: rows.map(Double.init)), rightTransposed: true)
    }
    let (along, linear) = (try products(novelty.directions), try products(novelty.discriminants))
    return zip(0..., centred.squares).map { row, length in
      let within = zip(along[row: row], novelty.shares).reduce(0) { $0 + Double($1.1) * $1.0 * $1.0 }
      let square = (length - within) / novelty.lambda
      let pairs = zip(linear[row: row], novelty.lengths.map(Double.init))
      return .init(
        distance: pairs.map { square - 2 * $0 + $1 }.min() ?? 0, projection: pairs.map { $0 / $1 }.max() ?? 0)
    }
  }
}
