import ModelSurgery

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The probability of each label, from two rounds of leave-one-out: the second one is solved without the pictures whose labels
/// look wrong in the first one, since they draw the means of their classes towards other classes.
struct LabelValidation: Sendable {
  /// The first round, over all pictures.
  let first: LeaveOneOut?
  // The probabilities of the classes for each picture; nil where it cannot be left out.
  private let probabilities: [[Double]?]

  // A label that is less likely than this is left out of the second round.
  private static let wrong = 0.1

  /// - Throws: `HeadError`, `LinearAlgebraError`.
  init(_ embeddings: EmbeddingSet, groups: PictureGroups) throws {
    let method = Analytic(findsNovelty: false)
    let solved = try method.solve(embeddings)
    first = solved.leaveOneOut
    let pictures = embeddings.classes.enumerated().flatMap { place, known in known.pictures.map { (place, $0) } }
    var probabilities = [[Double]?](repeating: nil, count: pictures.count)
    guard let first else {
      self.probabilities = probabilities
      return
    }
    for (index, prediction) in Self.indices(of: first, among: pictures) {
      probabilities[index] = prediction.probabilities
    }
    let doubtful = Set(
      pictures.indices.filter { index in
        probabilities[index].map { $0[pictures[index].0] < Self.wrong } ?? false
      })
    // A class keeps two pictures that look right.
    var counts = embeddings.classes.map(\.count)
    for index in doubtful { counts[pictures[index].0] -= 1 }
    if !doubtful.isEmpty, counts.allSatisfy({ $0 > 1 }) {
      var clean = EmbeddingSet(space: embeddings.space, budget: .max)
      for (index, (place, picture)) in pictures.enumerated() where !doubtful.contains(index) {
        try clean.append(picture, to: embeddings.classes[place].name)
      }
      if clean.classes.map(\.name) == embeddings.classes.map(\.name) {
        let again = try method.solve(clean)
        if let second = again.leaveOneOut {
          let kept = pictures.indices.filter { !doubtful.contains($0) }
          for (index, prediction) in Self.indices(of: second, among: kept.map { pictures[$0] }) {
            probabilities[kept[index]] = prediction.probabilities
          }
        }
        for index in doubtful {
          let steps = embeddings.space.plainSteps(of: pictures[index].1)
          probabilities[index] = Softmax.probabilities(of: again.head.logits(of: steps))
        }
      }
    }
    self.probabilities = probabilities
  }

  /// Returns the suspects among the pictures, the most doubtful first.
  func suspects(_ pictures: [DataReview.Member], leastDoubt: Double) -> [DataReview.Suspect] {
    guard let first else { return [] }
    let places = Dictionary(first.classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { one, _ in one })
    var suspects: [(suspect: DataReview.Suspect, order: Double)] = []
    for (index, picture) in pictures.enumerated() {
      guard let probabilities = probabilities[index], let label = places[picture.label] else { continue }
      let doubt = 1 - probabilities[label]
      guard doubt >= leastDoubt,
        let other = probabilities.indices.filter({ $0 != label }).max(by: { probabilities[$0] < probabilities[$1] })
      else { continue }
      let suspect = DataReview.Suspect(
        picture: picture.picture, digest: picture.digest, label: picture.label, looksLike: first.classes[other],
        doubt: doubt, likelihood: probabilities[other])
      // Among labels of probability 0 to rounding, the logarithm still decides.
      suspects.append((suspect, -log(max(probabilities[label], 1e-300))))
    }
    return suspects.sorted { ($1.order, $0.suspect.picture) < ($0.order, $1.suspect.picture) }.map(\.suspect)
  }

  /// Returns the predictions with the indices of their pictures; both are in the order of the set, and some are missing.
  private static func indices(
    of validation: LeaveOneOut, among pictures: [(Int, EmbeddedPicture)]
  ) -> [(Int, LeaveOneOut.Prediction)] {
    var found: [(Int, LeaveOneOut.Prediction)] = []
    var index = 0
    for prediction in validation.predictions {
      while index < pictures.count,
        pictures[index].0 != prediction.label || pictures[index].1.name != prediction.picture
      {
        index += 1
      }
      guard index < pictures.count else { break }
      found.append((index, prediction))
      index += 1
    }
    return found
  }
}
