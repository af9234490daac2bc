import Foundation
import Imprinting

/// Solving for the analytic head.
struct Solving {
  let classes: Int
  let dimension: Int

  private static let runs = 3

  /// The seconds of a head of single pictures, with leave-one-out and familiarity.
  func whole(pictures: Int) throws -> [String: Double] {
    let seen = try seen(pictures: pictures, budget: .max)
    var least = Double.infinity
    for _ in 0..<(pictures > 20_000 ? 1 : 2) {
      least = min(least, try Growth.seconds { _ = try Analytic().solve(seen) })
    }
    return ["solving": least]
  }

  /// The seconds of a head of sums, and of writing and reading their file.
  func sums() throws -> [String: Double] {
    let seen = try seen(pictures: 2 * classes, budget: 0)
    let file = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString).seen")
    defer { try? FileManager.default.removeItem(at: file) }
    return [
      "solving": try least { _ = try Analytic().solve(seen) }, "writing": try least { try seen.write(to: file) },
      "reading": try least { _ = try EmbeddingSet(contentsOf: file) },
    ]
  }

  /// The seconds of adding one picture to sums and solving again, and of a factorisation alone.
  func adding() throws -> [String: Double] {
    var seen = try seen(pictures: 60 * classes, budget: 0)
    let settings = Analytic.Settings(tau: 1, temperature: 0.2, spread: 10)
    let made = MadeUpPictures(dimension: dimension, classes: classes)
    var next = seen.pictures
    return [
      "adding": try least {
        try seen.add(made.picture(next), to: made.label(of: next))
        next += 1
        _ = try Analytic(keeping: settings).solve(seen)
      }, "factor": try BLAS.secondsOfFactor(size: dimension),
    ]
  }

  private func seen(pictures: Int, budget: Int) throws -> EmbeddingSet {
    let made = MadeUpPictures(dimension: dimension, classes: classes)
    var seen = EmbeddingSet(space: made.space, budget: budget)
    for number in 0..<pictures { try seen.add(made.picture(number), to: made.label(of: number)) }
    return seen
  }

  private func least(_ work: () throws -> Void) rethrows -> Double {
    try (0..<Self.runs).map { _ in try Growth.seconds(work) }.min() ?? 0
  }
}
