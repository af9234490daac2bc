import CBLAS

extension Matrix {
  /// A B, with A and B as they are or transposed.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(m n k).
  public static func product(
    _ left: Matrix, _ right: Matrix, leftTransposed: Bool = false, rightTransposed: Bool = false
  ) throws(LinearAlgebraError) -> Matrix {
    let (rows, inner) = leftTransposed ? (left.columns, left.rows) : (left.rows, left.columns)
    let (matching, columns) = rightTransposed ? (right.columns, right.rows) : (right.rows, right.columns)
    guard inner == matching else {
      throw .misfit("\(rows)x\(inner) times \(matching)x\(columns)")
    }
    guard rows > 0, columns > 0, inner > 0 else { return Matrix(rows: rows, columns: columns) }
    let sides = (try left.sides, try right.sides)
    let (height, depth) = leftTransposed ? (sides.0.columns, sides.0.rows) : sides.0
    let width = rightTransposed ? sides.1.rows : sides.1.columns
    let routine = try Routines.get().generalProduct
    return left.elements.withUnsafeBufferPointer { a in
      right.elements.withUnsafeBufferPointer { b in
        Matrix(rows: rows, columns: columns) { c in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          routine(
            Int32(CBLAS_ROWS), leftTransposed ? transposed : asIs, rightTransposed ? transposed : asIs, height, width,
            depth, 1, a, sides.0.columns, b, sides.1.columns, 0, c, width)
        }
      }
    }
  }

  /// Adds f Xᵀ X to the upper triangle of a square matrix; the lower one is left as it is.
  ///
  /// - Parameters:
  ///   - rows: X, with as many columns as this matrix has.
  ///   - factor: f.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n d²) for n rows of d elements, half of a general product.
  public mutating func addSquare(of rows: Matrix, factor: Double = 1) throws(LinearAlgebraError) {
    try rows.elements.withUnsafeBufferPointer { buffer throws(LinearAlgebraError) in
      try addSquare(ofRows: buffer, count: rows.rows, factor: factor)
    }
  }

  /// X Xᵀ, both triangles.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n² d) for n rows of d elements, half of a general product.
  public static func gram(of rows: Matrix) throws(LinearAlgebraError) -> Matrix {
    var gram = Matrix(rows: rows.rows, columns: rows.rows)
    guard rows.rows > 0, rows.columns > 0 else { return gram }
    let sides = try rows.sides
    let routine = try Routines.get().symmetricProduct
    rows.elements.withUnsafeBufferPointer { source in
      gram.withUnsafeMutableElements { gram in
        guard let source = source.baseAddress, let gram = gram.baseAddress else { return }
        routine(
          Int32(CBLAS_ROWS), Int32(CBLAS_UPPER), asIs, sides.rows, sides.columns, 1, source, sides.columns, 0, gram,
          sides.rows)
      }
    }
    gram.mirrorUpperTriangle()
    return gram
  }

  /// Adds f Xᵀ X to the upper triangle of a square matrix, X being rows in memory; see ``addSquare(of:factor:)``.
  ///
  /// - Throws: ``LinearAlgebraError``.
  public mutating func addSquare(
    ofRows buffer: UnsafeBufferPointer<Double>, count: Int, factor: Double = 1
  ) throws(LinearAlgebraError) {
    guard rows == columns, count >= 0, buffer.count >= count * columns else {
      throw .misfit("\(count) rows of \(columns) for a square of \(rows)x\(columns)")
    }
    guard count > 0, rows > 0, let source = buffer.baseAddress else { return }
    let side = try sides.columns
    guard let count = Int32(exactly: count) else { throw .tooLarge(rows: count, columns: columns) }
    let routine = try Routines.get().symmetricProduct
    withUnsafeMutableElements { square in
      guard let square = square.baseAddress else { return }
      routine(
        Int32(CBLAS_ROWS), Int32(CBLAS_UPPER), Self.transposed, side, count, factor, source, side, 1, square, side)
    }
  }

  /// Copies the upper triangle of a square matrix into the lower one.
  public mutating func mirrorUpperTriangle() {
    let (rows, columns) = (rows, columns)
    withUnsafeMutableElements { $0.mirrorUpperTriangle(rows: rows, columns: columns) }
  }

  private static let asIs = Int32(CBLAS_AS_IS)
  private static let transposed = Int32(CBLAS_TRANSPOSED)
}
