import CBLAS

/// A symmetric matrix taken apart as A = Σ λᵢ vᵢ vᵢᵀ.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues λ, ascending.
  public let values: [Double]
  /// The eigenvectors v, unit vectors, one a row, in the order of their values.
  public let vectors: Matrix

  init(values: [Double], vectors: Matrix) {
    self.values = values
    self.vectors = vectors
  }

  /// Takes a matrix apart.
  ///
  /// - Parameter matrix: A; its upper triangle alone is read.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n³), some twenty times a Cholesky factor.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    guard matrix.rows == matrix.columns, matrix.rows > 0 else {
      throw .misfit("eigenvalues of \(matrix.rows)x\(matrix.columns)")
    }
    let side = try matrix.sides.rows
    let size = matrix.rows
    // What the routine's own rules ask for: 1 + 6 n + 2 n² numbers and 3 + 5 n integers.
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
            // The library counts columns first: an upper triangle is a lower one there, and its columns are our rows.
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
