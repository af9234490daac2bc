import Heads

/// The accuracy of heads that are taught with fewer pictures of each class, from which one sees what more pictures would bring.
public struct LearningCurve: Sendable {
  /// A point of the curve.
  public struct Point: Sendable, Hashable {
    /// The number of pictures of each class.
    public let pictures: Int
    /// The mean accuracy on pictures that were held back.
    public let accuracy: Double
  }

  /// The points, with growing numbers of pictures.
  public let points: [Point]

  /// Draws pictures at random several times, teaches with them, and tries the head on others.
  ///
  /// - Throws: `EpisodeError`, `HeadError`.
  init(_ embeddings: EmbeddingSet) async throws {
    var sample = EmbeddingSet(space: embeddings.space, budget: .max)
    // A quarter is held back, and each class counts up to what is needed for the longest step.
    for known in embeddings.classes where known.pictures.count > 1 {
      let step = max(1, known.pictures.count / Self.mostOfClass)
      for place in stride(from: 0, to: known.pictures.count, by: step) {
        try sample.add(known.pictures[place], to: known.name)
      }
    }
    let fewest = sample.classes.map { $0.count - max(1, $0.count / 4) }.min() ?? 0
    let steps = Self.steps.filter { $0 <= fewest && $0 * sample.classes.count <= Self.mostPictures }
    guard sample.classes.count > 1, steps.count > 1 else {
      points = []
      return
    }
    let results = try await Episodes(count: Self.draws, shots: steps.map { .count($0) }).run(
      sample, methods: [Analytic(findsNovelty: false)])
    points = results.rows.compactMap { row in
      if case .count(let count) = row.shots { Point(pictures: count, accuracy: row.accuracy.mean) } else { nil }
    }
  }

  private static let steps = [1, 2, 3, 5, 8, 12, 20, 30]
  private static let draws = 8
  private static let mostOfClass = 40
  private static let mostPictures = 600
}
