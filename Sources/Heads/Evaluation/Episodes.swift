public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Few-shot episodes: repeated random splits of embedded pictures, to compare head methods trained on a few pictures per
/// class.
///
/// ```swift
/// var episodes = Episodes(shots: [.count(1), .count(5), .all])
/// let results = try await episodes.run(set, methods: [Analytic(), Imprinted()])
/// for row in results.rows { print(row.method, row.shots, row.accuracy) }    // analytic 5 0.868 ± 0.006
/// ```
///
/// Each episode holds back a share of each class's pictures, trains on all views of the other pictures, and classifies the
/// plain views of the held-back pictures. Its accuracy is the mean of the classes' recalls. All methods and numbers of shots
/// use the same splits, and fewer shots are a prefix of more.
public struct Episodes: Sendable, Hashable {
  /// The choice of the pictures to hold back.
  public enum HeldBack: String, Sendable, Hashable, Codable, CaseIterable {
    /// Random pictures, drawn again in each episode.
    case random
    /// Always the first pictures of each class, as `Split` does.
    case first
  }

  /// The number of episodes.
  public var count: Int
  /// The numbers of training pictures of each class.
  public var shots: [Shots]
  /// The share of each class's pictures to hold back.
  public var testRatio: Double
  /// The choice of the pictures to hold back.
  public var heldBack: HeldBack
  /// The seed of all splits.
  public var seed: UInt64

  /// The greatest number of episodes: more would take days without making the result more precise.
  public static let mostEpisodes = 100_000

  /// Creates episodes.
  ///
  /// - Parameters:
  ///   - count: The number of episodes, 1 ... 100 000.
  ///   - shots: The numbers of training pictures of each class; duplicates are run once.
  ///   - testRatio: The share of each class's pictures to hold back, more than 0 and less than 1: ⌊ratio · n⌋ of n
  ///     pictures, but at least one and at most n − 1.
  ///   - heldBack: The choice of the pictures to hold back.
  ///   - seed: The seed of all splits.
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

  /// Runs the episodes. The results do not depend on the number of workers.
  ///
  /// Classes with only one picture are left out. Classes with fewer training pictures than shots use all that they have.
  /// The results name both.
  ///
  /// - Parameters:
  ///   - embeddings: The pictures.
  ///   - methods: The methods to compare.
  ///   - workers: The number of episodes to run at the same time. One is best where the linear algebra library itself uses
  ///     all cores, as OpenBLAS does unless `OPENBLAS_NUM_THREADS` is 1.
  ///   - progress: Called after each episode with the number of episodes completed.
  /// - Throws: ``EpisodeError``, the errors of the methods, and `CancellationError`.
  /// - Complexity: In each episode that of each method with each number of shots, and O(n N D) to classify n pictures into
  ///   N classes.
  public func run(
    _ embeddings: EmbeddingSet, methods: [any HeadMethod], workers: Int = 1,
    isolation: isolated (any Actor)? = #isolation, progress: (Int) -> Void = { _ in }
  ) async throws -> EpisodeResults {
    try check(methods: methods.count)
    guard embeddings.hasEmbeddings else { throw EpisodeError.noEmbeddings }
    let singles = embeddings.classes.filter { $0.pictures.count < 2 }.map(\.name)
    let known = embeddings.classes.filter { $0.pictures.count >= 2 }
    guard known.count >= 2 else { throw EpisodeError.tooFewClasses(usable: known.count, singles: singles) }
    let shots = shots.reduce(into: [Shots]()) { if !$0.contains($1) { $0.append($1) } }
    let counts = known.map(\.pictures.count)
    let runner = EpisodeRunner(space: embeddings.space, classes: known, shots: shots, methods: methods)
    var statistics = methods.flatMap { method in
      shots.map { EpisodeStatistics(method: type(of: method).name, shots: $0, classes: known) }
    }
    let workers = max(1, min(workers, ProcessInfo.processInfo.activeProcessorCount, count))
    try await OrderedWork.run(
      count: count, workers: Array(0..<workers),
      work: { [self] _, number in
        try runner.run(EpisodeSplit(counts: counts, ratio: testRatio, choice: heldBack, seed: seed, number: number))
      },
      deliver: { number, outcomes in
        for (place, outcome) in zip(statistics.indices, outcomes) { statistics[place].add(outcome) }
        progress(number + 1)
      })
    return EpisodeResults(
      episodes: self, classes: known.map(\.name), pictures: counts.reduce(0, +), singles: singles,
      short: Self.short(counts: counts, names: known.map(\.name), shots: shots, ratio: testRatio),
      rows: statistics.compactMap(\.row))
  }

  private func check(methods: Int) throws(EpisodeError) {
    guard (1...Self.mostEpisodes).contains(count) else { throw .badCount(count) }
    guard !shots.isEmpty, shots.allSatisfy({ $0 == .all || Shots("\($0)") != nil }) else { throw .badShots }
    guard testRatio > 0, testRatio < 1 else { throw .badTestRatio(testRatio) }
    guard methods > 0 else { throw .noMethods }
  }

  /// Returns the classes with fewer training pictures than the greatest number of shots.
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

/// The number of training pictures of each class.
public enum Shots: Sendable, Hashable {
  /// A number, or all pictures where a class has fewer.
  case count(Int)
  /// All pictures that the episode does not hold back.
  case all

  /// The greatest number of pictures of a class.
  var limit: Int {
    switch self {
    case .count(let count): max(1, count)
    case .all: .max
    }
  }
}

extension Shots: LosslessStringConvertible {
  /// Reads a positive number or `all`; nil for anything else.
  public init?(_ description: String) {
    if description == "all" {
      self = .all
    } else {
      guard let count = Int(description), count > 0 else { return nil }
      self = .count(count)
    }
  }

  public var description: String {
    switch self {
    case .count(let count): String(count)
    case .all: "all"
    }
  }
}

extension Shots: Encodable {
  /// Encodes a number, or `"all"`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let count): try container.encode(count)
    case .all: try container.encode("all")
    }
  }
}

/// Why episodes cannot be run.
public struct EpisodeError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case badCount, badShots, badTestRatio, noMethods, noEmbeddings, tooFewClasses
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

extension EpisodeError {
  /// The number of episodes is out of bounds.
  public static func badCount(_ count: Int) -> Self {
    Self(.badCount, "\(count) episodes cannot be run", remedy: "run 1 to \(Episodes.mostEpisodes)")
  }

  /// There is no number of shots, or one is not positive.
  public static let badShots = Self(
    .badShots, "no number of shots was given", remedy: "give positive numbers, or all")

  /// The share to hold back is not between 0 and 1.
  public static func badTestRatio(_ ratio: Double) -> Self {
    Self(
      .badTestRatio, "the share of pictures to hold back is \(ratio)",
      remedy: "it must be more than 0 and less than 1")
  }

  /// There is no method to compare.
  public static let noMethods = Self(.noMethods, "no method was given to run the episodes with")

  /// The set stores only sums.
  public static let noEmbeddings = Self(
    .noEmbeddings, "episodes need the individual embeddings, but the set stores only their sums",
    remedy: "embed the pictures again with a larger budget")

  /// Fewer than two classes have two or more pictures.
  public static func tooFewClasses(usable: Int, singles: [String]) -> Self {
    Self(
      .tooFewClasses,
      "\(usable == 0 ? "no class has" : "only one class has") two or more pictures"
        + (singles.isEmpty ? "" : " (one picture each: \(singles.prefix(20).joined(separator: ", ")))"),
      remedy: "episodes need two such classes: one picture of each to train on and one to classify")
  }
}
