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
    return lengths.enumerated().map { place, length in correction.score(of: place, leftOutOf: nil) - beta / 2 * length }
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

/// The correction of a class's score for the bias of q.
struct BiasCorrection: Sendable {
  // (β / 2) D(n) and (β / 2) D(n − 1) of each class.
  private let corrections: [Double]
  private let leftOutCorrections: [Double]

  /// Computes the correction of each class.
  ///
  /// - Parameters:
  ///   - means: The classes' means.
  ///   - spread: v.
  init(_ means: ClassMeans, spread: Double) {
    let bias = LengthBias(spread: spread, classes: Double(means.counts.count))
    corrections = means.counts.map { LinearDiscriminant.beta / 2 * bias($0) }
    leftOutCorrections = means.counts.map { LinearDiscriminant.beta / 2 * bias($0 - 1) }
  }

  /// Returns the correction of a class's score.
  ///
  /// - Parameters:
  ///   - place: The class.
  ///   - label: The class of the picture that is left out, or nil if no picture is left out.
  func score(of place: Int, leftOutOf label: Int?) -> Double {
    place == label ? leftOutCorrections[place] : corrections[place]
  }
}

/// Makes q comparable between classes with few and with many pictures: q − (D(n) − D(n of the class with the most
/// pictures)), and at least a quarter of q.
///
/// Without it, a picture is further from the mean of a class the fewer pictures that mean is made of, and most pictures of a
/// class with few pictures would be novel.
struct ComparableLengths: Sendable {
  private let excess: [Double]
  private let leftOutExcess: [Double]

  /// Computes the excess of each class.
  ///
  /// - Parameters:
  ///   - means: The classes' means.
  ///   - spread: v.
  init(_ means: ClassMeans, spread: Double) {
    let bias = LengthBias(spread: spread, classes: Double(means.counts.count))
    let least = bias(means.counts.max() ?? 1)
    excess = means.counts.map { bias($0) - least }
    leftOutExcess = means.counts.map { bias($0 - 1) - least }
  }

  /// Returns the comparable q of a class.
  ///
  /// - Parameters:
  ///   - length: q.
  ///   - place: The class.
  ///   - label: The class of the picture that is left out, or nil if no picture is left out.
  func length(_ length: Double, of place: Int, leftOutOf label: Int? = nil) -> Double {
    max(length - (place == label ? leftOutExcess[place] : excess[place]), length / 4)
  }
}
