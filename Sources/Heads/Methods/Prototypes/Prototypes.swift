import LinearAlgebra

/// Several prototypes a class: a class whose pictures vary, such as one of two colours, gets a row for each kind, and the
/// best match wins.
///
///     logit_c = max over the class's prototypes p of  s p · z
///
/// Prototypes are found within each class by spherical k-means on the features (Westerhoff et al., 2025; imprinting is the
/// case of one). How many there are is chosen from the data: of the numbers of pictures a prototype that are tried, and one
/// prototype a class, that with the best leave-one-out accuracy, the fewest among equals. So is s: where the leave-one-out
/// answers of classes with three pictures or more are the likeliest, or 40 where there are none.
///
/// A picture that is left out is taken from the sums of its own prototypes, which keeps the other pictures where they are:
/// this flatters the estimate a little beside clustering anew: by about 0.01 at 60 pictures a class.
public struct Prototypes: HeadMethod {
  public static let name = "prototypes"

  /// How many pictures a prototype to try, beside one prototype a class.
  public var picturesPerPrototype: [Int]
  /// Decides where k-means begins.
  public var seed: UInt64

  /// More prototypes than so many a class would only learn pictures by heart.
  static let mostPerClass = 16

  /// - Parameters:
  ///   - picturesPerPrototype: How many pictures a prototype to try, beside one prototype a class.
  ///   - seed: Decides where k-means begins; the same seed gives the same head.
  public init(picturesPerPrototype: [Int] = [30, 20, 12, 8], seed: UInt64 = 0) {
    self.picturesPerPrototype = picturesPerPrototype
    self.seed = seed
  }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``; ``EmbeddingSetError/pastBudget(_:bytes:)`` where only sums are kept; `LinearAlgebraError`.
  /// - Complexity: O(n V k D) for k prototypes a class and a pass of k-means, of which there are 30 at most, and
  ///   O(n N k D) for leaving each picture out.
  public func solve(_ seen: EmbeddingSet) throws -> SolvedHead {
    try HeadError.checkClasses(seen)
    for count in picturesPerPrototype { try HeadError.checkCount(count, name: "the number of pictures a prototype") }
    let features = try LabelledFeatures(seen)
    var best = try Candidate(features, counts: features.counts.map { _ in 1 }, seed: seed)
    if best.leaveOneOut != nil {
      var tried: Set = [features.counts.map { _ in 1 }]
      for share in picturesPerPrototype.sorted(by: >) {
        let counts = features.counts.map { Self.count(pictures: $0, share: share) }
        guard tried.insert(counts).inserted else { continue }
        let candidate = try Candidate(features, counts: counts, seed: seed)
        if candidate.accuracy > best.accuracy { best = candidate }
      }
    }
    // A class of two that loses one is so much worse off than the others that its answers tell nothing of the scale.
    let telling = best.leaveOneOut?.answers.filter { features.counts[$0.label] > 2 } ?? []
    let scale = CosineScale.likeliest(for: telling) ?? CosineScale.usual
    return SolvedHead(
      head: try best.prototypes.head(transform: seen.space.transform, scale: scale), classes: features.classes,
      leaveOneOut: best.leaveOneOut.map { $0.scaled(by: Float(scale)) })
  }

  /// n / share, to the nearest whole number from 1.
  static func count(pictures: Int, share: Int) -> Int {
    min(max(1, Int((Double(pictures) / Double(share)).rounded())), mostPerClass)
  }

  /// Prototypes, and how they do.
  private struct Candidate {
    let prototypes: ClassPrototypes
    let leaveOneOut: LeaveOneOut?
    let accuracy: Double

    init(_ features: LabelledFeatures, counts: [Int], seed: UInt64) throws(LinearAlgebraError) {
      prototypes = try ClassPrototypes(features, counts: counts, seed: seed)
      leaveOneOut = try prototypes.leaveOneOut(features)
      accuracy = leaveOneOut?.accuracy ?? 0
    }
  }
}

extension LeaveOneOut {
  fileprivate func scaled(by factor: Float) -> LeaveOneOut {
    LeaveOneOut(
      classes: classes,
      answers: answers.map { .init(picture: $0.picture, label: $0.label, logits: $0.logits.map { factor * $0 }) },
      singles: singles)
  }
}
