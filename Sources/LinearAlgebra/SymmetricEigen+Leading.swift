extension SymmetricEigen {
  /// Takes apart what a positive semidefinite matrix does most: its greatest eigenvalues, near enough, and their vectors.
  ///
  /// Where these are less than a third of all, by subspace iteration (Halko, Martinsson and Tropp, SIAM Review 2011) with
  /// Cholesky factors in between. The vectors are unit vectors at right angles to double precision; the span of the last of
  /// them is not exact where neighbouring eigenvalues are alike, and any of them does as well as another then. The same
  /// matrix gives the same result.
  ///
  /// - Parameters:
  ///   - count: How many eigenvalues, at most; 1 or more.
  ///   - matrix: A; its upper triangle alone is read.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(count n²), or O(n³) of small matrices.
  public init(leading count: Int, of matrix: Matrix) throws(LinearAlgebraError) {
    let size = matrix.rows
    let count = max(1, min(count, size))
    let block = count + max(8, count / 8)
    guard matrix.rows == matrix.columns, block * 3 < size else {
      let all = try SymmetricEigen(of: matrix)
      let rest = size - count
      self.init(
        values: Array(all.values[rest...]),
        vectors: try Matrix(columns: size, elements: Array(all.vectors.elements[(rest * size)...])))
      return
    }
    var whole = matrix
    whole.mirrorUpperTriangle()
    let trace = (0..<size).reduce(0) { $0 + whole[$1, $1] }
    guard trace > 0, trace.isFinite else {
      self.init(values: [], vectors: Matrix(rows: 0, columns: size))
      return
    }
    // A little of the identity: the vectors stay, and no direction is lost where the matrix has few.
    for index in 0..<size { whole[index, index] += Self.shift * trace / Double(size) }
    var vectors = Self.start(rows: block, columns: size)
    for _ in 0..<Self.passes { vectors = try Matrix.product(vectors, whole).orthonormal() }
    // Once more: one factor leaves the error that its matrix's condition makes.
    vectors = try vectors.orthonormal()
    let small = try Matrix.product(Matrix.product(vectors, whole), vectors, rightTransposed: true)
    let parts = try SymmetricEigen(of: small)
    let rest = block - count
    let chosen = try Matrix(columns: block, elements: Array(parts.vectors.elements[(rest * block)...]))
    self.init(
      values: parts.values[rest...].map { max(0, $0 - Self.shift * trace / Double(size)) },
      vectors: try Matrix.product(chosen, vectors))
  }

  /// The same of a matrix in 32-bit floats: twice as fast, with errors of some 10⁻⁶ in the vectors' products, and in the
  /// eigenvalues as against the greatest.
  ///
  /// - Parameters:
  ///   - count: How many eigenvalues, at most; 1 or more.
  ///   - matrix: A, both triangles.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(count n²), or O(n³) of small matrices.
  public init(leading count: Int, of matrix: SingleMatrix) throws(LinearAlgebraError) {
    let size = matrix.rows
    let count = max(1, min(count, size))
    let block = count + max(8, count / 8)
    guard matrix.rows == matrix.columns, block * 3 < size else {
      try self.init(leading: count, of: Matrix(matrix))
      return
    }
    let trace = (0..<size).reduce(0) { $0 + Double(matrix[$1, $1]) }
    guard trace > 0, trace.isFinite else {
      self.init(values: [], vectors: Matrix(rows: 0, columns: size))
      return
    }
    let shift = Float(Self.shift * trace / Double(size))
    var narrow = SingleMatrix(Self.start(rows: block, columns: size))
    do throws(LinearAlgebraError) {
      for _ in 0..<Self.passes {
        var next = try SingleMatrix.product(narrow, matrix)
        next.add(narrow, factor: shift)
        narrow = try next.orthonormal()
      }
      // Once more: one factor leaves the error that its matrix's condition makes.
      narrow = try narrow.orthonormal()
    } catch .notPositiveDefinite {
      // Too few directions for 32 bits to keep them apart.
      try self.init(leading: count, of: Matrix(matrix))
      return
    }
    let small = try Matrix(SingleMatrix.product(SingleMatrix.product(narrow, matrix), narrow, rightTransposed: true))
    let parts = try SymmetricEigen(of: small)
    let rest = block - count
    let chosen = try Matrix(columns: block, elements: Array(parts.vectors.elements[(rest * block)...]))
    self.init(
      values: parts.values[rest...].map { max(0, $0) },
      vectors: try Matrix(SingleMatrix.product(SingleMatrix(chosen), narrow)))
  }

  private static let passes = 3
  private static let shift = 0.01

  private static func start(rows: Int, columns: Int) -> Matrix {
    var state: UInt64 = 1
    var start = Matrix(rows: rows, columns: columns)
    start.withUnsafeMutableElements { elements in
      for index in elements.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        elements[index] = Double(state >> 33) / Double(1 << 30) - 1
      }
    }
    return start
  }
}

extension Matrix {
  /// Rows of the same span that are unit vectors at right angles, by a Cholesky factor of the Gram matrix.
  fileprivate func orthonormal() throws(LinearAlgebraError) -> Matrix {
    try Cholesky(of: Matrix.gram(of: self)).orthonormal(self)
  }
}

extension SingleMatrix {
  fileprivate func orthonormal() throws(LinearAlgebraError) -> SingleMatrix {
    try SingleCholesky(of: SingleMatrix.gram(of: self), addingToDiagonal: 0).orthonormal(self)
  }

  /// Adds f B.
  fileprivate mutating func add(_ other: SingleMatrix, factor: Float) {
    withUnsafeMutableElements { mine in
      other.elements.withUnsafeBufferPointer { theirs in
        for index in mine.indices { mine[index] += factor * theirs[index] }
      }
    }
  }
}
