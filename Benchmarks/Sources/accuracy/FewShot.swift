import Imprinting

/// The accuracy, on the pictures held back, of heads trained on a few pictures of each class.
struct FewShot {
  /// The name of the pictures in the table.
  let name: String
  /// The embeddings of all pictures.
  let embeddings: EmbeddingSet
  /// The softmax regression to compare with.
  var opponent: any HeadMethod = ChosenSoftmax()

  private static let draws = 20
  // The smallest number of shots with a bound on the leave-one-out accuracy.
  private static let fewestEstimated = 5

  /// Measures several numbers of shots.
  ///
  /// - Parameter bounds: For each number of shots, the lowest allowed accuracy of imprinting, if any, and of the analytic head.
  func run(_ bounds: [(shots: Shots, imprinted: Double?, analytic: Double)], into report: inout Report) async throws {
    for (shots, imprinted, analytic) in bounds {
      let random = try await Episodes(count: Self.draws, shots: [shots])
        .run(embeddings, methods: [Imprinted(), Analytic(findsNovelty: false), opponent])
      // With all pictures every draw is the same.
      let first = try await Episodes(count: shots == .all ? 1 : Self.draws, shots: [shots], heldBack: .first)
        .run(embeddings, methods: [Imprinted(), Analytic(findsNovelty: false)])
      let what =
        "\(name), \(shots == .all ? "all 60" : "\(shots)") \(shots == .count(1) ? "picture" : "pictures") a class"
      guard random.rows.count == 3, first.rows.count == 2 else { throw BenchmarkError("\(what): there are no results") }
      for (place, bound) in [imprinted, analytic].enumerated() {
        let accuracy = random.rows[place].accuracy
        report.add(
          Row(
            what: what, method: random.rows[place].method, found: accuracy.withError,
            first: first.rows[place].accuracy.withError, bound: bound.map { "≥ \($0)" } ?? "",
            isMet: bound.map { accuracy.mean >= $0 }))
      }
      report.add(comparison(what, random.rows[1], random.rows[2]))
      if let gap = random.rows[1].leaveOneOutGap, shots.isAtLeast(Self.fewestEstimated) {
        report.add(
          Row(
            what: what, method: "analytic, leave-one-out − held-out", found: gap.mean.signed,
            first: first.rows[1].leaveOneOutGap?.mean.signed ?? "", bound: "−0.04 … 0.04", isMet: abs(gap.mean) <= 0.04)
        )
      }
    }
  }

  private func comparison(_ what: String, _ ours: EpisodeResults.Row, _ theirs: EpisodeResults.Row) -> Row {
    let pairs = Estimate(zip(ours.accuracies, theirs.accuracies).map { $0 - $1 })
    let difference = pairs?.mean ?? 0
    let ofPairs = difference / (pairs?.standardError ?? 0)
    let ofMean = difference / (theirs.accuracy.standardError ?? 0)
    return Row(
      what: what, method: "analytic − softmax regression (\(theirs.accuracy.withError))",
      found: """
        \(difference.signed): \(ofPairs.oneSignedPlace) paired standard errors, \
        \(ofMean.oneSignedPlace) unpaired
        """,
      bound: "≥ −1 paired", isMet: ofPairs >= -1)
  }
}

extension Shots {
  fileprivate func isAtLeast(_ least: Int) -> Bool {
    if case .count(let count) = self { count >= least } else { true }
  }
}

extension Estimate {
  /// The mean and its standard error.
  var withError: String { mean.text + (standardError.map { " ± " + $0.text } ?? "") }
}
