import LinearAlgebra

/// A⁻¹, computed from a Cholesky factor of A itself: for at least as many rows as dimensions, and for sums.
struct PrimalMetric: CoordinateMetric {
  let remainder: Double? = nil
  let meanCoordinates: Matrix
  let lengths: [Double]
  private let factor: Factor

  private enum Factor {
    case double(Cholesky)
    /// In 32-bit floats, with the arguments from which the exact factor can be computed.
    case single(SingleCholesky, Origin)
  }

  private struct Origin {
    let scatter: Matrix
    let lambda: Double
    let means: ClassMeans
  }

  /// Factorises A.
  ///
  /// - Parameters:
  ///   - scatter: The upper triangle of S_w + κ S_b.
  ///   - lambda: λ.
  ///   - means: The classes' means.
  /// - Complexity: O(D³ + C D²).
  init(scatter: Matrix, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    var matrix = scatter
    for index in 0..<scatter.rows { matrix[index, index] += lambda }
    let factor = try Cholesky(of: matrix)
    self.init(factor: .double(factor), meanCoordinates: try factor.whitening(means.centred))
  }

  /// Factorises A in 32-bit floats, where the condition number allows it, for leave-one-out.
  init(nearly scatter: Matrix, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    guard SingleCholesky.suffices(size: scatter.rows, trace: scatter.trace, shift: lambda) else {
      try self.init(scatter: scatter, lambda: lambda, means: means)
      return
    }
    let factor: SingleCholesky
    do throws(LinearAlgebraError) {
      factor = try SingleCholesky(of: SingleMatrix(scatter), addingToDiagonal: lambda)
    } catch let error where error.code == .notPositiveDefinite {
      try self.init(scatter: scatter, lambda: lambda, means: means)
      return
    }
    self.init(
      factor: .single(factor, Origin(scatter: scatter, lambda: lambda, means: means)),
      meanCoordinates: try factor.whitening(means.centred))
  }

  private init(factor: Factor, meanCoordinates: Matrix) {
    self.factor = factor
    self.meanCoordinates = meanCoordinates
    lengths = meanCoordinates.squares
  }

  func coordinates(of rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    switch factor {
    case .double(let factor): try factor.whitening(rows)
    case .single(let factor, _): try factor.whitening(rows)
    }
  }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    switch factor {
    case .double(let factor): try factor.dividing(whitened: meanCoordinates)
    case .single: try exact().discriminants()
    }
  }

  func refined() throws(LinearAlgebraError) -> any MahalanobisMetric { try exact() }

  private func exact() throws(LinearAlgebraError) -> PrimalMetric {
    guard case .single(_, let origin) = factor else { return self }
    return try PrimalMetric(scatter: origin.scatter, lambda: origin.lambda, means: origin.means)
  }

  /// Returns the estimate of v from sums: tr(A⁻¹ S_w) N / (N − C).
  ///
  /// - Complexity: O(D³).
  func spread(lambda: Double, means: ClassMeans) throws(LinearAlgebraError) -> Double {
    guard case .double(let factor) = factor else { return try exact().spread(lambda: lambda, means: means) }
    let inverse = try factor.inverse()
    let trace = (0..<inverse.rows).reduce(0) { $0 + inverse[$1, $1] }
    let between = LinearDiscriminant.kappa * lengths.reduce(0, +) / Double(means.counts.count)
    return max(0, Double(inverse.rows) - between - lambda * trace) * means.correction
  }

  /// Returns the upper triangle of S_w + κ S_b from Σ w z zᵀ: S_w = (Σ w z zᵀ − Σ n_c m_c m_cᵀ) / N.
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
    try scatter.addSquare(of: means.centred, factor: LinearDiscriminant.kappa / Double(means.counts.count))
    return scatter
  }
}
