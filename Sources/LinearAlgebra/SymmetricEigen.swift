import CBLAS

/// The eigendecomposition A = Σ λᵢ vᵢ vᵢᵀ of a symmetric matrix.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues λ, in ascending order.
  public let values: [Double]
  /// The eigenvectors v, of unit length, one in each row, in the order of their eigenvalues.
  public let vectors: Matrix

  init(values: [Double], vectors: Matrix) {
    self.values = values
    self.vectors = vectors
  }

  /// Decomposes a matrix.
  ///
  /// - Parameter matrix: A; only its upper triangle is read.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n³), about twenty times that of a Cholesky factorisation.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    guard matrix.rows == matrix.columns, matrix.rows > 0 else {
      throw .misfit("eigenvalues of \(matrix.rows)x\(matrix.columns)")
    }
    let side = try matrix.sides.rows
    let size = matrix.rows
    // The workspace that dsyevd documents: 1 + 6 n + 2 n² floats and 3 + 5 n integers.
    let work = 1 + 6 * size + 2 * size * size
    guard let workSize = Int32(exactly: work) else { throw .tooLarge(rows: size, columns: size) }
    let routine = try Routines.get().eigen
    var vectors = matrix
    var values = [Double](repeating: 0, count: size)
    var room = [Double](repeating: 0, count: work)
    var integers = [Int32](repeating: 0, count: 3 + 5 * size)
    let integerSize = Int32(clamping: integers.count)
    let info = vectors.withUnsafeMutableElements { elements -> Int32 in
      guard let a = elements.baseAddress else { return -1 }
      var info: Int32 = 0
      withUnsafePointer(to: side) { side in
        withUnsafePointer(to: workSize) { workSize in
          withUnsafePointer(to: integerSize) { integerSize in
            // LAPACK is column-major: our upper triangle is its lower one, and its columns are our rows.
            routine("V", "L", side, a, side, &values, &room, workSize, &integers, integerSize, &info)
          }
        }
      }
      return info
    }
    guard info == 0, values.allSatisfy(\.isFinite) else { throw .noEigenvalues(size: size) }
    self.init(values: values, vectors: vectors)
  }
}

extension SymmetricEigen {
  /// Computes the greatest eigenvalues of a positive semidefinite matrix, approximately, and their eigenvectors.
  ///
  /// If fewer than a third of all eigenvalues are requested, it uses subspace iteration (Halko, Martinsson and Tropp,
  /// SIAM Review 2011), orthonormalised by Cholesky factors. The eigenvectors are orthonormal to double precision; the
  /// span of the last ones is inexact where neighbouring eigenvalues are close. The same matrix gives the same result.
  ///
  /// - Parameters:
  ///   - count: The greatest number of eigenvalues to return; at least 1.
  ///   - matrix: A; only its upper triangle is read.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(count n²), or O(n³) for small matrices.
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
    // Adding a small multiple of the identity keeps the eigenvectors, and keeps a matrix of low rank non-singular.
    for index in 0..<size { whole[index, index] += Self.shift * trace / Double(size) }
    var vectors = Self.start(rows: block, columns: size)
    for _ in 0..<Self.passes { vectors = try Matrix.product(vectors, whole).orthonormal() }
    // The second pass: the first leaves an error that grows with the condition number of its Gram matrix.
    vectors = try vectors.orthonormal()
    let small = try Matrix.product(Matrix.product(vectors, whole), vectors, rightTransposed: true)
    let parts = try SymmetricEigen(of: small)
    let rest = block - count
    let chosen = try Matrix(columns: block, elements: Array(parts.vectors.elements[(rest * block)...]))
    self.init(
      values: parts.values[rest...].map { max(0, $0 - Self.shift * trace / Double(size)) },
      vectors: try Matrix.product(chosen, vectors))
  }

  /// Computes the greatest eigenvalues of a matrix of 32-bit floats and their eigenvectors: twice as fast, with errors
  /// of about 10⁻⁶ in the scalar products of the eigenvectors and in the eigenvalues relative to the greatest.
  ///
  /// - Parameters:
  ///   - count: The greatest number of eigenvalues to return; at least 1.
  ///   - matrix: A, both triangles.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(count n²), or O(n³) for small matrices.
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
      // The second pass: the first leaves an error that grows with the condition number of its Gram matrix.
      narrow = try narrow.orthonormal()
    } catch let error where error.code == .notPositiveDefinite {
      // The rank is too low for 32-bit floats to tell the directions apart.
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
  /// Returns orthonormal rows of the same span, by a Cholesky factor of the Gram matrix.
  fileprivate func orthonormal() throws(LinearAlgebraError) -> Matrix {
    try Cholesky(of: Matrix.gram(of: self)).orthonormal(self)
  }
}

extension SingleMatrix {
  /// Returns orthonormal rows of the same span, by a Cholesky factor of the Gram matrix.
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
