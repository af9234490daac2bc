import LinearAlgebra

/// S_w + κ S_b of single pictures, in the form that is the smaller: whole, or as rows whose squares it is the sum of.
enum Scatter {
  /// The upper triangle.
  case whole(Matrix)
  /// Fewer rows than dimensions.
  case rows(DualRows)

  /// - Complexity: O(n D min(n, D)) for n views.
  init(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) {
    guard features.rows.rows >= features.rows.columns else {
      self = .rows(try DualRows(features, means))
      return
    }
    self = .whole(try Self.square(features, means))
  }

  /// The whole of it, however few the rows.
  static func square(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) -> Matrix {
    var square = Matrix(rows: features.rows.columns, columns: features.rows.columns)
    try square.addSquare(of: features.rows, factor: 1 / (Double(features.views) * means.total))
    return try PrimalMetric.scatter(square: square, means: means)
  }

  /// (S_w + κ S_b + λ I)⁻¹, as exactly as leaving pictures out needs it; a head takes it refined.
  func metric(lambda: Double, means: ClassMeans) throws(LinearAlgebraError) -> any DiscriminantMetric {
    switch self {
    case .whole(let matrix): try PrimalMetric(nearly: matrix, lambda: lambda, means: means)
    case .rows(let rows): try DualMetric(rows: rows, lambda: lambda, means: means)
    }
  }

  /// The same with only the greatest of its directions, and the mean of the others in λ.
  func truncatedMetric(
    lambda: Double, directions count: Int, means: ClassMeans
  ) throws(LinearAlgebraError) -> TruncatedMetric {
    let (leading, trace) = try leadingDirections(count)
    let chosen = leading.values.indices.filter { leading.values[$0] > 1e-6 * trace }
    let values = chosen.map { leading.values[$0] }
    var vectors = leading.vectors.rows(chosen)
    if case .rows(let rows) = self {
      vectors =
        switch rows.gram {
        case .double: try Matrix.product(vectors, rows.rows)
        case .single(_, let single): try Matrix(SingleMatrix.product(SingleMatrix(vectors), single))
        }
      let factors = vectors.squares.map { 1 / $0.squareRoot() }
      vectors.multiplyRows(by: factors)
    }
    let dimension = means.centre.count
    let rest = max(0, trace - values.reduce(0, +)) / Double(max(1, dimension - values.count))
    return try TruncatedMetric(directions: vectors, values: values, lambda: lambda + rest, means: means)
  }

  /// The greatest eigenvalues and their vectors, of the rows' products where it is rows, and the sum of all eigenvalues.
  private func leadingDirections(
    _ count: Int
  ) throws(LinearAlgebraError) -> (leading: SymmetricEigen, trace: Double) {
    let matrix: Matrix
    switch self {
    case .rows(let rows):
      switch rows.gram {
      case .double(let gram): matrix = gram
      case .single(let gram, _): return (try SymmetricEigen(leading: count, of: gram), gram.trace)
      }
    case .whole(let whole):
      guard whole.rows < SingleCholesky.leastSize else {
        var single = SingleMatrix(whole)
        single.mirrorUpperTriangle()
        return (try SymmetricEigen(leading: count, of: single), single.trace)
      }
      matrix = whole
    }
    return (try SymmetricEigen(leading: count, of: matrix), matrix.trace)
  }
}
