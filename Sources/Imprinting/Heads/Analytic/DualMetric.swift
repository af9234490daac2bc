import LinearAlgebra

/// A⁻¹ of A = Xᵀ X + λ I through the Gram matrix of the rows X, for fewer rows than dimensions:
///
///     A⁻¹ = (I − Xᵀ (X Xᵀ + λ I)⁻¹ X) / λ
///
/// The coordinates of a are a Xᵀ U⁻¹, with Uᵀ U = X Xᵀ + λ I.
struct DualMetric: DiscriminantMetric {
  let remainder: Double?
  let meanCoordinates: Matrix
  private let rows: DualRows
  private let means: ClassMeans
  private let factor: Cholesky

  /// - Parameters:
  ///   - rows: The rows.
  ///   - lambda: λ.
  ///   - means: The classes' means.
  /// - Complexity: O(n³ + C n²).
  init(rows: DualRows, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    var matrix = rows.gram
    for index in 0..<matrix.rows { matrix[index, index] += lambda }
    factor = try Cholesky(of: matrix)
    meanCoordinates = try factor.whitening(rows.means)
    remainder = lambda
    self.rows = rows
    self.means = means
  }

  func coordinates(of centred: Matrix, pictures: [Int]) throws(LinearAlgebraError) -> Matrix {
    try factor.whitening(rows.products(of: pictures))
  }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var missing = try Matrix.product(factor.dividing(whitened: meanCoordinates), rows.rows)
    let lambda = remainder ?? 1
    missing.withUnsafeMutableElements { missing in
      means.centred.elements.withUnsafeBufferPointer { centred in
        for index in missing.indices { missing[index] = (centred[index] - missing[index]) / lambda }
      }
    }
    return missing
  }
}
