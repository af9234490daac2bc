import ModelSurgery
import LinearAlgebra

/// The numbers of the discriminant: see ``Analytic``.
enum Discriminant {
  /// κ: how much of the classes' own scatter counts as scatter within them.
  static let kappa = 0.05
  /// β: how much of the discriminant's bias is taken.
  static let beta = 0.5

  /// What is added to the scores of z − μ: −(β / 2)(q_c − D(n_c)).
  static func offsets(lengths: [Double], means: ClassMeans, spread: Double) -> [Double] {
    let excess = BiasExcess(means, spread: spread)
    return lengths.enumerated().map { place, length in excess.score(of: place, leftOutOf: nil) - beta / 2 * length }
  }

  /// The head of a metric.
  ///
  /// - Throws: ``HeadError``, `LinearAlgebraError`.
  static func head(
    transform: FeatureTransform, metric: some DiscriminantMetric, means: ClassMeans, settings: Analytic.Settings
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

  /// Σ_c (n_c / N) (score of c at m_c − mean of the others' there): the mean over all pictures, as scores are linear.
  ///
  /// The w_c add up to nothing, so that the sum of all scores is that of the offsets wherever it is taken.
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
