import Foundation
import Imprinting

/// The times to solve for the analytic head.
struct Solving {
  let classes: Int
  let dimension: Int

  private static let runs = 3

  /// Returns the seconds to solve from single pictures, with leave-one-out and the novelty score.
  func whole(pictures: Int) throws -> [String: Double] {
    let embeddings = try embeddings(pictures: pictures, budget: .max)
    var least = Double.infinity
    for _ in 0..<(pictures > 20_000 ? 1 : 2) {
      least = min(least, try Growth.seconds { _ = try Analytic().solve(embeddings) })
    }
    return ["solving": least]
  }

  /// Returns the seconds to solve from sums, and to write and read their file.
  func sums() throws -> [String: Double] {
    let embeddings = try embeddings(pictures: 2 * classes, budget: 0)
    let file = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString).embeddings")
    defer { try? FileManager.default.removeItem(at: file) }
    return [
      "solving": try least { _ = try Analytic().solve(embeddings) },
      "writing": try least { try embeddings.write(to: file) },
      "reading": try least { _ = try EmbeddingSet(contentsOf: file) },
    ]
  }

  /// Returns the seconds to add one picture to sums and solve again, and the seconds of the factorisation alone.
  func adding() throws -> [String: Double] {
    var embeddings = try embeddings(pictures: 60 * classes, budget: 0)
    let settings = Analytic.Settings(tau: 1, temperature: 0.2, spread: 10)
    let synthetic = SyntheticPictures(dimension: dimension, classes: classes)
    var next = embeddings.pictures
    return [
      "adding": try least {
        try embeddings.add(synthetic.picture(next), to: synthetic.label(of: next))
        next += 1
        _ = try Analytic(keeping: settings).solve(embeddings)
      }, "factor": try BLAS.secondsOfFactor(size: dimension),
    ]
  }

  private func embeddings(pictures: Int, budget: Int) throws -> EmbeddingSet {
    let synthetic = SyntheticPictures(dimension: dimension, classes: classes)
    var embeddings = EmbeddingSet(space: synthetic.space, budget: budget)
    for number in 0..<pictures { try embeddings.add(synthetic.picture(number), to: synthetic.label(of: number)) }
    return embeddings
  }

  private func least(_ work: () throws -> Void) rethrows -> Double {
    try (0..<Self.runs).map { _ in try Growth.seconds(work) }.min() ?? 0
  }
}
