import LinearAlgebra
import TFLite
import TestHeads
import Testing

@testable import Heads

@Suite("Few-shot episodes")
struct EpisodesTests {
  /// Returns classes so close together that a head makes mistakes.
  private static func overlapping() throws -> EmbeddingSet {
    let space = MadeEmbeddings.space(dimension: 6)
    var set = EmbeddingSet(space: space)
    for label in 0..<6 {
      for number in 0..<16 {
        try set.add(MadeEmbeddings.picture(number, of: label, in: space, spread: 90), to: "class \(label)")
      }
    }
    return set
  }

  @Test("The same seed gives the same results on one worker and on several; another seed gives others")
  func deterministic() async throws {
    let set = try Self.overlapping()
    let episodes = Episodes(count: 8, shots: [.count(1), .count(3), .all], seed: 4)
    let one = try await episodes.run(set, methods: [NearestMean()], workers: 1)
    #expect(try await episodes.run(set, methods: [NearestMean()], workers: 4) == one)
    var other = episodes
    other.seed = 5
    #expect(try await other.run(set, methods: [NearestMean()]).rows.map(\.accuracies) != one.rows.map(\.accuracies))
  }

  @Test("All methods get the same draws, whatever other methods and shots the run includes")
  func sameDraws() async throws {
    let set = try Self.overlapping()
    let both = try await Episodes(count: 6, shots: [.count(1), .count(4)], seed: 1)
      .run(set, methods: [NearestMean(), NearestMean.Other()])
    let alone = try await Episodes(count: 6, shots: [.count(4)], seed: 1).run(set, methods: [NearestMean.Other()])
    let nearest = try #require(both.row("nearest", .count(4)))
    #expect(nearest.accuracies == both.row("other", .count(4))?.accuracies)
    #expect(nearest.accuracies == alone.row("other", .count(4))?.accuracies)
    #expect(nearest.mistakes == alone.row("other", .count(4))?.mistakes)
    #expect(both.row("other", .all) == nil)
  }

  @Test("More shots raise the accuracy, and every statistic counts every answer")
  func counts() async throws {
    let set = try Self.overlapping()
    let results = try await Episodes(count: 30, shots: [.count(1), .all]).run(set, methods: [NearestMean()])
    let (few, many) = (try #require(results.row("nearest", .count(1))), try #require(results.row("nearest", .all)))
    #expect(few.accuracy.mean < many.accuracy.mean)
    #expect(many.accuracy.mean > 0.5)
    for row in [few, many] {
      #expect(row.reliability.count == 30 * 6 * 4)
      #expect((0..<6).reduce(0) { $0 + row.confusion.total($1) } == 30 * 6 * 4)
      let wrong = row.confusion.confusions.reduce(0) { $0 + $1.count }
      #expect(wrong > 0)
      #expect(row.mistakes.reduce(0) { $0 + $1.wrong } == wrong)
      #expect(row.mistakes.allSatisfy { $0.wrong <= $0.asked && $0.label != $0.takenFor })
      #expect(row.accuracy == Estimate(row.accuracies))
      // Each class holds back equally many, so balanced accuracy is the share of right answers.
      #expect(abs(row.accuracy.mean - (1 - Double(wrong) / 720)) < 1e-12)
    }
    #expect(results.best?.shots == .all)
  }

  @Test("Classifies the plain view of held-back pictures only; their other views change nothing")
  func views() async throws {
    let space = MadeEmbeddings.space(views: .five)
    var plain = EmbeddingSet(space: MadeEmbeddings.space())
    var odd = EmbeddingSet(space: space)
    for label in 0..<3 {
      for number in 0..<8 {
        let one = MadeEmbeddings.picture(number, of: label)
        // The other views show the next class and black: all but the first view would mislead.
        let misleading = Array(MadeEmbeddings.picture(number, of: (label + 1) % 3).embeddings)
        let black = [UInt8](repeating: 0, count: MadeEmbeddings.dimension)
        let bytes = Array(one.embeddings) + misleading + black + black + black
        try plain.add(one, to: "\(label)")
        try odd.add(EmbeddedPicture(name: one.name, embeddings: Bytes(bytes)), to: "\(label)")
      }
    }
    let episodes = Episodes(count: 4, shots: [.count(2)])
    let expected = try await episodes.run(plain, methods: [FixedHead()])
    #expect(try await episodes.run(odd, methods: [FixedHead()]).rows[0].accuracies == expected.rows[0].accuracies)
    #expect(expected.rows[0].accuracy.mean == 1)
  }

  /// Always returns the head of the classes of ``MadeEmbeddings``.
  private struct FixedHead: HeadMethod {
    static let name = "fixed"
    func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
      try NearestMean().solve(MadeEmbeddings.set(pictures: 0..<8))
    }
  }

  @Test("Reports the gap between leave-one-out accuracy and the accuracy of the same episode")
  func leaveOneOut() async throws {
    let set = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<9)
    let row = try await Episodes(count: 5, shots: [.count(4)]).run(set, methods: [NearestMean()]).rows[0]
    #expect(row.leaveOneOut?.mean == 0.5)
    #expect(abs(try #require(row.leaveOneOutGap?.mean) - (0.5 - row.accuracy.mean)) < 1e-12)
    let three = try MadeEmbeddings.set(classes: 0..<3, pictures: 0..<9)
    #expect(try await Episodes(count: 2).run(three, methods: [NearestMean()]).rows[0].leaveOneOut == nil)
  }

  @Test("Leaves out a class with one picture, uses all pictures of a small class, and names both")
  func smallClasses() async throws {
    var set = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<12)
    try set.add(MadeEmbeddings.picture(0, of: 2), to: "single")
    for number in 0..<3 { try set.add(MadeEmbeddings.picture(number, of: 3), to: "few") }
    let results = try await Episodes(count: 3, shots: [.count(1), .count(5), .count(5)])
      .run(set, methods: [NearestMean()])
    #expect(results.classes == ["class 0", "class 1", "few"])
    #expect(results.singles == ["single"])
    #expect(results.short == [.init(label: "few", pictures: 2)])
    #expect(results.rows.map(\.shots) == [.count(1), .count(5)])
  }

  @Test("Rejects settings and data that make no sense, with a message")
  func refusals() async throws {
    let set = try MadeEmbeddings.set()
    func expect(
      _ error: EpisodeError, _ episodes: Episodes, _ set: EmbeddingSet, methods: [any HeadMethod] = [NearestMean()]
    )
      async
    {
      await #expect(throws: error) { try await episodes.run(set, methods: methods) }
      #expect(!"\(error)".isEmpty)
    }
    await expect(.badCount(0), Episodes(count: 0), set)
    await expect(.badCount(.max), Episodes(count: .max), set)
    await expect(.badShots, Episodes(shots: []), set)
    await expect(.badShots, Episodes(shots: [.count(0)]), set)
    for ratio in [0, 1, -0.5, .infinity] { await expect(.badTestRatio(ratio), Episodes(testRatio: ratio), set) }
    await expect(.noMethods, Episodes(), set, methods: [])
    await expect(.noEmbeddings, Episodes(), try MadeEmbeddings.set(budget: 0))
    await expect(.tooFewClasses(usable: 1, singles: []), Episodes(), try MadeEmbeddings.set(classes: 0..<1))
    await expect(
      .tooFewClasses(usable: 0, singles: ["class 0", "class 1"]), Episodes(),
      try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<1))
    await #expect(throws: EpisodeError.self) { try await Episodes(testRatio: .nan).run(set, methods: [NearestMean()]) }
  }

  @Test("Throws the error of a method that fails")
  func failing() async throws {
    struct Failing: HeadMethod {
      static let name = "failing"
      func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead { throw HeadError.tooFewClasses(0) }
    }
    let set = try MadeEmbeddings.set()
    await #expect(throws: HeadError.tooFewClasses(0)) { try await Episodes().run(set, methods: [Failing()]) }
  }
}
