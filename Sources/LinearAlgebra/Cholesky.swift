import CBLAS

/// The Cholesky factorisation A = Uᵀ U of a symmetric positive definite matrix, with U upper triangular.
public struct Cholesky: Sendable {
  /// The number of rows and columns of A.
  public let size: Int

  // U in the upper triangle; below it are A's own elements.
  private var factor: Matrix

  /// Factors a matrix.
  ///
  /// - Parameter matrix: A; only its upper triangle is read.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n³).
  public init(of matrix: consuming Matrix) throws(LinearAlgebraError) {
    guard matrix.rows == matrix.columns, matrix.rows > 0 else {
      throw .misfit("a Cholesky factor of \(matrix.rows)x\(matrix.columns)")
    }
    let side = try matrix.sides.rows
    let routine = try Routines.get().cholesky
    size = matrix.rows
    factor = matrix
    // LAPACK is column-major: our upper triangle is its lower one.
    let info = factor.withUnsafeMutableElements { elements -> Int32 in
      guard let a = elements.baseAddress else { return -1 }
      var info: Int32 = 0
      withUnsafePointer(to: side) { routine("L", $0, a, $0, &info) }
      return info
    }
    guard info == 0, factor.elements.first?.isFinite == true else { throw .notPositiveDefinite(size: size) }
  }

  /// Returns X A⁻¹ for the rows of X.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(m n²) for m rows.
  public func dividing(_ rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    var solved = rows
    try solve(&solved, transposed: false)
    try solve(&solved, transposed: true)
    return solved
  }

  /// Returns X U⁻¹ for the rows of X: vectors whose scalar products are x A⁻¹ yᵀ.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(m n²) for m rows.
  public func whitening(_ rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    var solved = rows
    try solve(&solved, transposed: false)
    return solved
  }

  /// Returns Y U⁻ᵀ for the rows of Y. If Y is whitened, this equals ``dividing(_:)`` of the original rows.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(m n²) for m rows.
  public func dividing(whitened rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    var solved = rows
    try solve(&solved, transposed: true)
    return solved
  }

  /// Returns A⁻¹, both triangles filled.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n³).
  public func inverse() throws(LinearAlgebraError) -> Matrix {
    let side = try factor.sides.rows
    let routine = try Routines.get().choleskyInverse
    var inverse = factor
    let info = inverse.withUnsafeMutableElements { elements -> Int32 in
      guard let a = elements.baseAddress else { return -1 }
      var info: Int32 = 0
      withUnsafePointer(to: side) { routine("L", $0, a, $0, &info) }
      return info
    }
    guard info == 0 else { throw .notPositiveDefinite(size: size) }
    inverse.mirrorUpperTriangle()
    return inverse
  }

  /// Returns U⁻¹, upper triangular with zeros below; the scalar products of its rows are the elements of A⁻¹.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n³), half that of ``inverse()``.
  public func inverseFactor() throws(LinearAlgebraError) -> Matrix {
    let side = try factor.sides.rows
    let routine = try Routines.get().triangularInverse
    var inverse = factor
    let info = inverse.withUnsafeMutableElements { elements -> Int32 in
      guard let a = elements.baseAddress else { return -1 }
      for row in 0..<size { for column in 0..<row { a[row * size + column] = 0 } }
      var info: Int32 = 0
      withUnsafePointer(to: side) { routine("L", "N", $0, a, $0, &info) }
      return info
    }
    guard info == 0 else { throw .notPositiveDefinite(size: size) }
    return inverse
  }

  /// Returns U⁻ᵀ X, where X has as many rows as A. The rows of the result are orthonormal if A = X Xᵀ.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(m n²) for rows of m elements.
  public func orthonormal(_ rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    guard rows.rows == size else { throw .misfit("\(rows.rows) rows for a matrix of \(size)x\(size)") }
    var solved = rows
    let sides = try rows.sides
    let routine = try Routines.get().triangularSolve
    factor.elements.withUnsafeBufferPointer { a in
      solved.withUnsafeMutableElements { b in
        guard let a = a.baseAddress, let b = b.baseAddress, sides.columns > 0 else { return }
        routine(
          Int32(CBLAS_ROWS), Int32(CBLAS_LEFT), Int32(CBLAS_UPPER), Int32(CBLAS_TRANSPOSED), Int32(CBLAS_NOT_UNIT),
          sides.rows, sides.columns, 1, a, sides.rows, b, sides.columns)
      }
    }
    return solved
  }

  private func solve(_ rows: inout Matrix, transposed: Bool) throws(LinearAlgebraError) {
    guard rows.columns == size else { throw .misfit("rows of \(rows.columns) for a matrix of \(size)x\(size)") }
    guard rows.rows > 0 else { return }
    let sides = try rows.sides
    let routine = try Routines.get().triangularSolve
    factor.elements.withUnsafeBufferPointer { a in
      rows.withUnsafeMutableElements { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        routine(
          Int32(CBLAS_ROWS), Int32(CBLAS_RIGHT), Int32(CBLAS_UPPER),
          Int32(transposed ? CBLAS_TRANSPOSED : CBLAS_AS_IS), Int32(CBLAS_NOT_UNIT), sides.rows, sides.columns, 1, a,
          sides.columns, b, sides.columns)
      }
    }
  }
}
