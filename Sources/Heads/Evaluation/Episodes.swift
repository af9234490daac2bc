import Platform
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Few-shot episodes: how well methods do when they learn from a few pictures a class, drawn over and over again from
/// pictures that were embedded once.
///
/// ```swift
/// var episodes = Episodes(shots: [.count(1), .count(5), .all])
/// let results = try await episodes.run(seen, methods: [Analytic(), Imprinted()])
/// for row in results.rows { print(row.method, row.shots, row.accuracy) }    // analytic 5 0.868 ± 0.006
/// ```
///
/// Every episode holds back a share of each class's pictures and learns from the others, from all their views; it asks
/// about the plain view of those held back. Its accuracy is the mean of the classes' shares of right answers. All
/// methods and numbers of shots get the same draws, and fewer shots are the beginning of more.
public struct Episodes: Sendable, Hashable {
  /// Which pictures of a class are held back.
  public enum HeldBack: String, Sendable, Hashable, Codable, CaseIterable {
    /// Others in each episode.
    case random
    /// Always the first, as ``Split`` does.
    case first
  }

  /// How many episodes to run.
  public var count: Int
  /// The numbers of pictures a class to learn from.
  public var shots: [Shots]
  /// The share of a class's pictures to hold back.
  public var testRatio: Double
  /// Which are held back.
  public var heldBack: HeldBack
  /// Decides on all draws.
  public var seed: UInt64

  /// More would take days, and tell no more.
  public static let mostEpisodes = 100_000

  /// - Parameters:
  ///   - count: How many episodes to run, 1 ... 100 000.
  ///   - shots: The numbers of pictures a class to learn from; one that is named twice is run once.
  ///   - testRatio: The share of a class's pictures to hold back, more than 0 and less than 1: of n pictures
  ///     ⌊ratio · n⌋, at least one, and never all.
  ///   - heldBack: Which are held back.
  ///   - seed: Decides on all draws.
  public init(
    count: Int = 50, shots: [Shots] = [1, 2, 5, 10, 20].map { .count($0) }, testRatio: Double = 0.25,
    heldBack: HeldBack = .random, seed: UInt64 = 0
  ) {
    self.count = count
    self.shots = shots
    self.testRatio = testRatio
    self.heldBack = heldBack
    self.seed = seed
  }

  /// Runs the episodes; the results do not depend on how many at the same time.
  ///
  /// A class with one picture takes no part, and one that has fewer to learn from than there are shots gives all that
  /// it has; both are named in the results.
  ///
  /// - Parameters:
  ///   - seen: The pictures.
  ///   - methods: The methods to compare.
  ///   - workers: How many episodes to run at the same time. One is best where the linear algebra takes all cores itself,
  ///     as OpenBLAS does unless `OPENBLAS_NUM_THREADS` is 1: both at once get in each other's way.
  ///   - progress: Called after each episode with the number done.
  /// - Throws: ``EpisodeError``, what the methods throw, and `CancellationError`.
  /// - Complexity: `count` times that of the methods for each number of shots, with O(n N D) for asking about n
  ///   pictures.
  public func run(
    _ seen: EmbeddingSet, methods: [any HeadMethod], workers: Int = 1, isolation: isolated (any Actor)? = #isolation,
    progress: (Int) -> Void = { _ in }
  ) async throws -> EpisodeResults {
    try check(methods: methods.count)
    guard seen.hasEmbeddings else { throw EpisodeError.noEmbeddings }
    let singles = seen.classes.filter { $0.pictures.count < 2 }.map(\.name)
    let known = seen.classes.filter { $0.pictures.count >= 2 }
    guard known.count >= 2 else { throw EpisodeError.tooFewClasses(usable: known.count, singles: singles) }
    let shots = shots.reduce(into: [Shots]()) { if !$0.contains($1) { $0.append($1) } }
    let counts = known.map(\.pictures.count)
    let work = EpisodeWork(space: seen.space, classes: known, shots: shots, methods: methods)
    var tallies = methods.flatMap { method in
      shots.map { EpisodeTally(method: type(of: method).name, shots: $0, classes: known) }
    }
    let workers = max(1, min(workers, ProcessInfo.processInfo.activeProcessorCount, count))
    try await OrderedWork.run(
      count: count, workers: Array(0..<workers),
      work: { [self] _, number in
        try work.run(EpisodeDraw(counts: counts, ratio: testRatio, choice: heldBack, seed: seed, number: number))
      },
      deliver: { number, outcomes in
        for (place, outcome) in zip(tallies.indices, outcomes) { tallies[place].add(outcome) }
        progress(number + 1)
      })
    return EpisodeResults(
      episodes: self, classes: known.map(\.name), pictures: counts.reduce(0, +), singles: singles,
      short: Self.short(counts: counts, names: known.map(\.name), shots: shots, ratio: testRatio),
      rows: tallies.compactMap(\.row))
  }

  private func check(methods: Int) throws(EpisodeError) {
    guard (1...Self.mostEpisodes).contains(count) else { throw .badCount(count) }
    guard !shots.isEmpty, shots.allSatisfy({ $0 == .all || Shots("\($0)") != nil }) else { throw .badShots }
    guard testRatio > 0, testRatio < 1 else { throw .badTestRatio(testRatio) }
    guard methods > 0 else { throw .noMethods }
  }

  /// The classes that have fewer pictures to learn from than the most shots ask for.
  private static func short(
    counts: [Int], names: [String], shots: [Shots], ratio: Double
  ) -> [EpisodeResults.ShortClass] {
    let most = shots.compactMap { if case .count(let count) = $0 { count } else { nil } }.max() ?? 0
    return zip(counts, names).compactMap { count, name in
      let left = count - max(1, min(Int(ratio * Double(count)), count - 1))
      return left < most ? .init(label: name, pictures: left) : nil
    }
  }
}
