import Imprinting
import TFLite

/// The time to solve for heads from synthetic embeddings.
struct SolvingTimes {
  /// The space of the embeddings, from a quantised network.
  let space: EmbeddingSpace

  private static let runs = 5

  func run(into report: inout Report) throws {
    let many = try embeddings(classes: 100, pictures: 100)
    let seconds = try Self.median { _ in
      _ = try Analytic().solve(many)
    }
    report.add(
      Row(
        what: "solving for 100 classes, \(many.pictures) embeddings of \(space.dimension) elements, median of 5",
        method: "analytic",
        found: "\(seconds.text) s", bound: "≤ 2.0 s", isMet: seconds <= 2))

    let taught = try embeddings(classes: 20, pictures: 60)
    let settings = try Analytic(findsNovelty: false).solution(taught).settings
    var sums = EmbeddingSet(space: space, budget: 0)
    try sums.merge(taught)
    var draws = SplitMix64(seed: 2)
    let more = try (0..<Self.runs).map {
      try picture("more \($0)", around: [Float](repeating: 0.5, count: space.dimension), &draws)
    }
    let added = try Self.median { run in
      try sums.add(more[run], to: "0")
      _ = try Analytic(keeping: settings).solve(sums)
    }
    report.add(
      Row(
        what:
          "adding one picture to 20 classes of \(space.dimension) elements and solving again, median of 5",
        method: "analytic, from sums", found: "\((1000 * added).text) ms", bound: "≤ 50 ms", isMet: added <= 0.05))
  }

  /// Returns embeddings around a random point of each class.
  private func embeddings(classes: Int, pictures: Int) throws -> EmbeddingSet {
    var draws = SplitMix64(seed: 1)
    var embeddings = EmbeddingSet(space: space, budget: .max)
    for known in 0..<classes {
      let centre = (0..<space.dimension).map { _ in Float.random(in: 0...1, using: &draws) }
      for number in 0..<pictures {
        try embeddings.add(try picture("\(known)/\(number)", around: centre, &draws), to: "\(known)")
      }
    }
    return embeddings
  }

  private func picture(_ name: String, around centre: [Float], _ draws: inout SplitMix64) throws -> EmbeddedPicture {
    guard space.element != .float32 else { throw BenchmarkError("the default model's embeddings are not bytes") }
    let embedding = centre.map { centre in
      let step = Int(170 * max(0, centre + Float.random(in: -0.5...0.5, using: &draws)))
      return UInt8(truncatingIfNeeded: step + space.zeroPoint)
    }
    return EmbeddedPicture(name: name, embeddings: Bytes(embedding))
  }

  private static func median(_ work: (Int) throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let times = try (0..<runs).map { run in try clock.measure { try work(run) } / .seconds(1) }
    return times.sorted()[runs / 2]
  }
}
