import LinearAlgebra
import ModelSurgery

/// The formulas of the linear discriminant; see ``Analytic``.
enum LinearDiscriminant {
  /// κ: the weight of the scatter between classes in A.
  static let kappa = 0.05
  /// β: the weight of the discriminant's bias term.
  static let beta = 0.5

  /// Returns the offsets of the scores of z − μ: −(β / 2)(q_c − D(n_c)).
  static func offsets(lengths: [Double], means: ClassMeans, spread: Double) -> [Double] {
    let correction = BiasCorrection(means, spread: spread)
    return lengths.enumerated().map { place, length in correction.score(of: place) - beta / 2 * length }
  }

  /// Returns the head that follows from a metric.
  ///
  /// - Throws: `SurgeryError`, `LinearAlgebraError`.
  static func head(
    transform: FeatureTransform, metric: some MahalanobisMetric, means: ClassMeans, settings: Analytic.Settings
  ) throws -> LinearHead {
    let offsets = offsets(lengths: metric.lengths, means: means, spread: settings.spread)
    let rows = try metric.discriminants()
    let factor = settings.temperature
    let biases = offsets.enumerated().map { place, offset in
      Float(factor * (offset - zip(rows[row: place], means.centre).reduce(0) { $0 + $1.0 * $1.1 }))
    }
    return try LinearHead(
      transform: transform, dimension: rows.columns, weights: rows.elements.map { Float(factor * $0) }, biases: biases)
  }

  /// Returns Σ_c (n_c / N) (score of c at m_c − mean of the other classes' scores at m_c). As scores are linear, this is the
  /// mean over all pictures.
  ///
  /// The w_c add up to zero, so the sum of all scores is the sum of the offsets at every point.
  static func gap(lengths: [Double], offsets: [Double], means: ClassMeans) -> Double {
    let others = Double(max(1, lengths.count - 1))
    let sum = offsets.reduce(0, +)
    var gap = 0.0
    for (place, count) in means.counts.enumerated() {
      let own = lengths[place] + offsets[place]
      gap += count / means.total * (own - (sum - own) / others)
    }
    return gap
  }
}

/// The bias of q for the mean of n pictures: D(n) = (v / n) / (1 + κ v / (n C)).
struct LengthBias: Sendable {
  /// v.
  let spread: Double
  /// C.
  let classes: Double

  /// Returns D(n), with n at least 1.
  func callAsFunction(_ count: Double) -> Double {
    let share = spread / max(1, count)
    return share / (1 + LinearDiscriminant.kappa * share / classes)
  }
}

/// The correction of a class's score for the bias of q: (β / 2) D(n).
struct BiasCorrection: Sendable {
  private let bias: LengthBias
  private let corrections: [Double]

  /// Computes the correction of each class.
  ///
  /// - Parameters:
  ///   - means: The classes' means.
  ///   - spread: v.
  init(_ means: ClassMeans, spread: Double) {
    let bias = LengthBias(spread: spread, classes: Double(means.counts.count))
    self.bias = bias
    corrections = means.counts.map { LinearDiscriminant.beta / 2 * bias($0) }
  }

  /// Returns the correction of a class's score.
  func score(of place: Int) -> Double { corrections[place] }

  /// Corrects the scores of a picture that is left out.
  ///
  /// - Parameters:
  ///   - scores: One for each class.
  ///   - remaining: The classes that lose pictures, with the number that they keep.
  func correct(_ scores: UnsafeMutableBufferPointer<Double>, remaining: [(place: Int, count: Double)]) {
    let kept = remaining.map { scores[$0.place] + LinearDiscriminant.beta / 2 * bias($0.count) }
    for place in corrections.indices { scores[place] += corrections[place] }
    for (place, score) in zip(remaining, kept) { scores[place.place] = score }
  }
}

/// Makes q comparable between classes with few and with many pictures: q − (D(n) − D(n of the class with the most
/// pictures)), and at least a quarter of q.
///
/// Without it, a picture is further from the mean of a class the fewer pictures that mean is made of, and most pictures of a
/// class with few pictures would be novel.
struct ComparableLengths: Sendable {
  private let excess: [Double]
  private let bias: LengthBias
  private let least: Double

  /// Computes the excess of each class.
  ///
  /// - Parameters:
  ///   - means: The classes' means.
  ///   - spread: v.
  init(_ means: ClassMeans, spread: Double) {
    let bias = LengthBias(spread: spread, classes: Double(means.counts.count))
    let least = bias(means.counts.max() ?? 1)
    excess = means.counts.map { bias($0) - least }
    self.bias = bias
    self.least = least
  }

  /// Returns the comparable q of a class.
  ///
  /// - Parameters:
  ///   - length: q.
  ///   - place: The class.
  ///   - remaining: The classes that lose pictures as a picture is left out, with the number that they keep.
  func length(_ length: Double, of place: Int, remaining: [(place: Int, count: Double)] = []) -> Double {
    let kept = remaining.first { $0.place == place }?.count
    return max(length - (kept.map { bias($0) - least } ?? excess[place]), length / 4)
  }
}
