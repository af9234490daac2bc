import LinearAlgebra

/// A⁻¹ from a Cholesky factor of A itself: for as many rows as dimensions, and for sums.
struct PrimalMetric: CoordinateMetric {
  let remainder: Double? = nil
  let meanCoordinates: Matrix
  let lengths: [Double]
  private let factor: Cholesky

  /// - Parameters:
  ///   - scatter: S_w + κ S_b, its upper triangle.
  ///   - lambda: λ.
  ///   - means: The classes' means.
  /// - Complexity: O(D³ + C D²).
  init(scatter: Matrix, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    var matrix = scatter
    for index in 0..<scatter.rows { matrix[index, index] += lambda }
    factor = try Cholesky(of: matrix)
    meanCoordinates = try factor.whitening(means.centred)
    lengths = meanCoordinates.squares
  }

  func coordinates(of rows: Matrix) throws(LinearAlgebraError) -> Matrix { try factor.whitening(rows) }

  func discriminants() throws(LinearAlgebraError) -> Matrix { try factor.dividing(whitened: meanCoordinates) }

  /// v as far as it can be told from sums: tr(A⁻¹ S_w) N / (N − C).
  ///
  /// - Complexity: O(D³).
  func spread(lambda: Double, means: ClassMeans) throws(LinearAlgebraError) -> Double {
    let inverse = try factor.inverse()
    let trace = (0..<inverse.rows).reduce(0) { $0 + inverse[$1, $1] }
    let between = Discriminant.kappa * lengths.reduce(0, +) / Double(means.counts.count)
    return max(0, Double(inverse.rows) - between - lambda * trace) * means.correction
  }

  /// S_w + κ S_b, the upper triangle, from Σ w z zᵀ: S_w = (Σ w z zᵀ − Σ n_c m_c m_cᵀ) / N.
  ///
  /// - Parameters:
  ///   - square: Σ w z zᵀ / N.
  ///   - means: The classes' means.
  static func scatter(square: consuming Matrix, means: ClassMeans) throws(LinearAlgebraError) -> Matrix {
    var scatter = square
    var weighted = means.means
    weighted.withUnsafeMutableElements { weighted in
      for index in weighted.indices {
        weighted[index] *= (means.counts[index / means.centre.count] / means.total).squareRoot()
      }
    }
    try scatter.addSquare(of: weighted, factor: -1)
    try scatter.addSquare(of: means.centred, factor: Discriminant.kappa / Double(means.counts.count))
    return scatter
  }
}
