import LinearAlgebra

/// S_w + κ S_b of individual pictures, in the smaller form: as a matrix, or as rows X with Xᵀ X equal to it.
enum ScatterMatrix {
  /// The upper triangle of the matrix.
  case whole(Matrix)
  /// The rows, where there are fewer rows than dimensions.
  case rows(ScatterRows)

  /// Computes the smaller form.
  ///
  /// - Complexity: O(n D min(n, D)) for n views.
  init(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) {
    guard features.rows.rows >= features.rows.columns else {
      self = .rows(try ScatterRows(features, means))
      return
    }
    self = .whole(try Self.square(features, means))
  }

  /// Returns the upper triangle of the matrix, even where there are fewer rows than dimensions.
  static func square(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) -> Matrix {
    var square = Matrix(rows: features.rows.columns, columns: features.rows.columns)
    try square.addSquare(of: features.rows, factor: 1 / (Double(features.views) * means.total))
    return try PrimalMetric.scatter(square: square, means: means)
  }

  /// Returns (S_w + κ S_b + λ I)⁻¹ at the precision that leave-one-out needs; a head needs the refined metric.
  func metric(lambda: Double, means: ClassMeans) throws(LinearAlgebraError) -> any MahalanobisMetric {
    switch self {
    case .whole(let matrix): try PrimalMetric(nearly: matrix, lambda: lambda, means: means)
    case .rows(let rows): try DualMetric(rows: rows, lambda: lambda, means: means)
    }
  }

  /// Returns the metric of the directions with the greatest eigenvalues, with the mean of the other eigenvalues added to λ.
  func truncatedMetric(
    lambda: Double, directions count: Int, means: ClassMeans
  ) throws(LinearAlgebraError) -> TruncatedMetric {
    let (leading, trace) = try leadingDirections(count)
    let chosen = leading.values.indices.filter { leading.values[$0] > 1e-6 * trace }
    let values = chosen.map { leading.values[$0] }
    var vectors = leading.vectors.rows(chosen)
    if case .rows(let rows) = self {
      vectors = try Matrix.product(vectors, rows.rows)
      let factors = vectors.squares.map { 1 / $0.squareRoot() }
      vectors.multiplyRows(by: factors)
    }
    let dimension = means.centre.count
    let rest = max(0, trace - values.reduce(0, +)) / Double(max(1, dimension - values.count))
    return try TruncatedMetric(directions: vectors, values: values, lambda: lambda + rest, means: means)
  }

  /// Returns the greatest eigenvalues with their eigenvectors, and the sum of all eigenvalues. Where the form is rows, the
  /// eigenvectors are those of the Gram matrix. They go into the file, so they are computed in 64-bit floats: the last digits of
  /// 32-bit floats depend on the processor.
  private func leadingDirections(
    _ count: Int
  ) throws(LinearAlgebraError) -> (leading: SymmetricEigen, trace: Double) {
    let matrix =
      switch self {
      case .rows(let rows):
        switch rows.gram {
        case .double(let gram): gram
        case .single: try Matrix.gram(of: rows.rows)
        }
      case .whole(let square): square
      }
    return (try SymmetricEigen(leading: count, of: matrix), matrix.trace)
  }
}

/// A⁻¹ of a low-rank A: exact along a few directions, and 1/λ along all others.
///
///     A⁻¹ = (I − Σⱼ sⱼ uⱼ uⱼᵀ) / λ          sⱼ = eⱼ / (eⱼ + λ)
struct TruncatedMetric: CoordinateMetric {
  let remainder: Double?
  let meanCoordinates: Matrix
  let lengths: [Double]
  /// u: one row for each direction.
  let directions: Matrix
  /// s.
  let shares: [Double]
  private let means: ClassMeans
  // √s u.
  private let scaled: Matrix

  /// Computes the metric.
  ///
  /// - Parameters:
  ///   - directions: u, orthonormal.
  ///   - values: e, the eigenvalues of these directions.
  ///   - lambda: λ, with the mean of the other eigenvalues.
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
    try Matrix.product(rows, scaled, rightTransposed: true)
  }

  func refined() -> any MahalanobisMetric { self }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var missing = try Matrix.product(meanCoordinates, scaled)
    missing.complete(means.centred, remainder: remainder ?? 1)
    return missing
  }
}
