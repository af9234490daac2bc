import Imprinting

/// Of 20 wrong labels among 1020, the fraction found among the 40 most suspicious pictures.
struct SuspiciousLabels {
  let embeddings: EmbeddingSet

  private static let draws = 20
  private static let wrong = 20

  func run(into report: inout Report) throws {
    let shares = try (0..<Self.draws).map { try share(draw: $0) }
    guard let share = Estimate(shares) else { return }
    report.add(
      Row(
        what: "flowers17, 20 of 1020 labels wrong: share of them among the 40 most suspicious", method: "analytic",
        found: share.withError, bound: "≥ 0.93", isMet: share.mean >= 0.93))
  }

  private func share(draw: Int) throws -> Double {
    var draws = SplitMix64(seed: draw)
    let training = try embeddings.withoutFirstQuarter()
    let names = training.classes.map(\.name)
    let chosen = Set((0..<training.pictures).shuffled(using: &draws).prefix(Self.wrong))
    var flipped: Set<String> = []
    var mislabelled = EmbeddingSet(space: training.space, budget: .max)
    var number = 0
    for (place, known) in training.classes.enumerated() {
      for picture in known.pictures {
        var label = place
        if chosen.contains(number) {
          label = (place + Int.random(in: 1..<names.count, using: &draws)) % names.count
          flipped.insert(picture.name)
        }
        try mislabelled.add(picture, to: names[label])
        number += 1
      }
    }
    let suspects = try Analytic(findsNovelty: false).solve(mislabelled).leaveOneOut?.suspects(2 * Self.wrong) ?? []
    return Double(suspects.count { flipped.contains($0.picture) }) / Double(flipped.count)
  }
}
