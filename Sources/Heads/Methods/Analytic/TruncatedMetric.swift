import LinearAlgebra

/// A⁻¹ of what a few directions leave of A: exact along them, and 1/λ in all others.
///
///     A⁻¹ = (I − Σⱼ sⱼ uⱼ uⱼᵀ) / λ          sⱼ = eⱼ / (eⱼ + λ)
struct TruncatedMetric: CoordinateMetric {
  let remainder: Double?
  let meanCoordinates: Matrix
  let lengths: [Double]
  /// u: a row a direction.
  let directions: Matrix
  /// s.
  let shares: [Double]
  private let means: ClassMeans
  // √s u.
  private let scaled: Matrix

  /// - Parameters:
  ///   - directions: u, unit vectors at right angles.
  ///   - values: e, the scatter along them.
  ///   - lambda: λ, with the mean of what is cut off.
  ///   - means: The classes' means.
  init(directions: Matrix, values: [Double], lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    let shares = values.map { $0 / ($0 + lambda) }
    var scaled = directions
    scaled.multiplyRows(by: shares.map { $0.squareRoot() })
    meanCoordinates = try Matrix.product(means.centred, scaled, rightTransposed: true)
    lengths = zip(means.centred.squares, meanCoordinates.squares).map { max(0, $0 - $1) / lambda }
    remainder = lambda
    self.directions = directions
    self.shares = shares
    self.means = means
    self.scaled = scaled
  }

  func coordinates(of rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    try Matrix(SingleMatrix.product(SingleMatrix(rows), SingleMatrix(scaled), rightTransposed: true))
  }

  func refined() -> any DiscriminantMetric { self }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var missing = try Matrix.product(meanCoordinates, scaled)
    missing.complete(means.centred, remainder: remainder ?? 1)
    return missing
  }
}
