import LinearAlgebra

/// A⁻¹ of what a few directions leave of A: exact along them, and 1/λ in all others.
///
///     A⁻¹ = (I − Σⱼ sⱼ uⱼ uⱼᵀ) / λ          sⱼ = eⱼ / (eⱼ + λ)
struct TruncatedMetric: DiscriminantMetric {
  let remainder: Double?
  let meanCoordinates: Matrix
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
    scaled.withUnsafeMutableElements { scaled in
      for index in scaled.indices { scaled[index] *= shares[index / directions.columns].squareRoot() }
    }
    meanCoordinates = try Matrix.product(means.centred, scaled, rightTransposed: true)
    remainder = lambda
    self.directions = directions
    self.shares = shares
    self.means = means
    self.scaled = scaled
  }

  func coordinates(of rows: Matrix, pictures: [Int]) throws(LinearAlgebraError) -> Matrix {
    try Matrix.product(rows, scaled, rightTransposed: true)
  }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var missing = try Matrix.product(meanCoordinates, scaled)
    let lambda = remainder ?? 1
    missing.withUnsafeMutableElements { missing in
      means.centred.elements.withUnsafeBufferPointer { centred in
        for index in missing.indices { missing[index] = (centred[index] - missing[index]) / lambda }
      }
    }
    return missing
  }
}
