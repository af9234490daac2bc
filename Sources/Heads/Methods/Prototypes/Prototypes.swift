import LinearAlgebra

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Several prototypes per class. A class whose pictures vary, such as a flower of two colours, has one row for each kind of
/// picture, and the best match counts.
///
///     logit_c = max over the class's prototypes p of  s p · z
///
/// Spherical k-means on the features finds the prototypes within each class (Westerhoff et al., 2025; one prototype per class
/// is imprinting). Leave-one-out accuracy chooses their number, among one prototype per class and the given numbers of
/// pictures per prototype; among equal accuracies the fewest prototypes win. s maximises the likelihood of the leave-one-out
/// predictions of classes with three or more pictures, or is 40 where there are none.
///
/// Leaving a picture out subtracts it from the sums of its prototypes, without clustering again. This makes the estimate
/// optimistic by about 0.01 at 60 pictures per class.
public struct Prototypes: HeadMethod {
  /// `prototypes`.
  public static let name = "prototypes"

  /// The numbers of pictures per prototype to try, besides one prototype per class.
  public var picturesPerPrototype: [Int]
  /// The seed of k-means.
  public var seed: UInt64

  /// The greatest number of prototypes per class; more would overfit.
  static let mostPerClass = 16

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - picturesPerPrototype: The numbers of pictures per prototype to try, besides one prototype per class.
  ///   - seed: The seed of k-means; the same seed gives the same head.
  public init(picturesPerPrototype: [Int] = [30, 20, 12, 8], seed: UInt64 = 0) {
    self.picturesPerPrototype = picturesPerPrototype
    self.seed = seed
  }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError``; ``EmbeddingSetError/pastBudget(_:bytes:)`` where the set stores only sums; `LinearAlgebraError`.
  /// - Complexity: O(n V k D) for each pass of k-means, at most 30, with k prototypes per class, and O(n N k D) for
  ///   leave-one-out.
  public func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
    try HeadError.checkClasses(embeddings)
    for count in picturesPerPrototype { try HeadError.checkCount(count, name: "the number of pictures per prototype") }
    let features = try LabelledFeatures(embeddings, groups: PictureGroups(embeddings))
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
    // A class with two pictures loses half of them in leave-one-out: its predictions say nothing about the scale.
    let informative = best.leaveOneOut?.predictions.filter { features.counts[$0.label] > 2 } ?? []
    let scale = CosineScale.likeliest(for: informative) ?? CosineScale.usual
    return SolvedHead(
      head: try best.prototypes.head(transform: embeddings.space.transform, scale: scale), classes: features.classes,
      leaveOneOut: best.leaveOneOut.map { $0.scaled(by: Float(scale)) })
  }

  /// Returns n / share, rounded to the nearest whole number, at least 1.
  static func count(pictures: Int, share: Int) -> Int {
    min(max(1, Int((Double(pictures) / Double(share)).rounded())), mostPerClass)
  }

  /// Prototypes with their leave-one-out accuracy.
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
      predictions: predictions.map {
        .init(picture: $0.picture, label: $0.label, logits: $0.logits.map { factor * $0 })
      },
      singles: singles)
  }
}

/// The factor of the cosines for which the softmax gives calibrated probabilities.
enum CosineScale {
  /// The factor in Coral's models, used where there are no predictions.
  static let usual = 40.0

  /// Returns the s from 1 to 400 that minimises the mean of −log softmax(s · cosines)[label], found by golden-section search
  /// over log s; returns nil without predictions.
  ///
  /// - Complexity: O(n N).
  static func likeliest(for predictions: [LeaveOneOut.Prediction]) -> Double? {
    guard !predictions.isEmpty else { return nil }
    let section = (5.0.squareRoot() - 1) / 2
    var (low, high) = (0.0, log(400.0))
    var (left, right) = (high - section * (high - low), low + section * (high - low))
    var (lossLeft, lossRight) = (loss(of: predictions, scale: exp(left)), loss(of: predictions, scale: exp(right)))
    for _ in 0..<30 {
      if lossLeft < lossRight {
        (high, right, lossRight) = (right, left, lossLeft)
        left = high - section * (high - low)
        lossLeft = loss(of: predictions, scale: exp(left))
      } else {
        (low, left, lossLeft) = (left, right, lossRight)
        right = low + section * (high - low)
        lossRight = loss(of: predictions, scale: exp(right))
      }
    }
    return exp((low + high) / 2)
  }

  private static func loss(of predictions: [LeaveOneOut.Prediction], scale: Double) -> Double {
    predictions.reduce(0) { sum, prediction in
      let greatest = Double(prediction.logits.max() ?? 0)
      let others = prediction.logits.reduce(0.0) { $0 + exp(scale * (Double($1) - greatest)) }
      return sum + log(others) - scale * (Double(prediction.logits[prediction.label]) - greatest)
    }
  }
}
