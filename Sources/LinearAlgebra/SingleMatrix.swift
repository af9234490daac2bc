import CBLAS

/// A matrix of 32-bit floats in row-major order, for work where speed matters more than the last digits or whose result is
/// refined in 64 bits.
public struct SingleMatrix: Sendable, Hashable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, row by row: `rows * columns` of them.
  public private(set) var elements: [Float]

  /// Makes a matrix whose elements `body` sets; it must set every one.
  ///
  /// - Parameters:
  ///   - rows: The number of rows; a negative number counts as 0.
  ///   - columns: The number of columns; a negative number counts as 0.
  ///   - body: Sets the elements, which are uninitialised. It is not called if there are none.
  public init(rows: Int, columns: Int, setBy body: (UnsafeMutablePointer<Float>) -> Void) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
    let count = self.rows * self.columns
    elements = Array(unsafeUninitializedCapacity: count) { buffer, initialised in
      if count > 0, let first = buffer.baseAddress { body(first) }
      initialised = count
    }
  }

  /// Makes a matrix of the nearest 32-bit floats.
  public init(_ matrix: Matrix) {
    self = matrix.elements.withUnsafeBufferPointer { source in
      SingleMatrix(rows: matrix.rows, columns: matrix.columns) { target in
        for index in source.indices { (target + index).initialize(to: Float(source[index])) }
      }
    }
  }

  /// The element in a row and a column; an index out of range traps, as with an array.
  public subscript(row: Int, column: Int) -> Float { elements[row * columns + column] }

  /// Calls `body` with the elements, which it may change in place.
  public mutating func withUnsafeMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) -> Result
  ) -> Result {
    elements.withUnsafeMutableBufferPointer { body($0) }
  }

  /// Returns A B, with B transposed on request.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(m n k).
  public static func product(
    _ left: SingleMatrix, _ right: SingleMatrix, rightTransposed: Bool = false
  ) throws(LinearAlgebraError) -> SingleMatrix {
    let (matching, columns) = rightTransposed ? (right.columns, right.rows) : (right.rows, right.columns)
    guard left.columns == matching else {
      throw .misfit("\(left.rows)x\(left.columns) times \(matching)x\(columns)")
    }
    guard left.rows > 0, columns > 0, matching > 0 else {
      return SingleMatrix(rows: left.rows, columns: columns) { $0.initialize(repeating: 0, count: left.rows * columns) }
    }
    let sides = (try left.sides, try right.sides)
    let width = rightTransposed ? sides.1.rows : sides.1.columns
    let routine = try Routines.get().singleGeneralProduct
    return left.elements.withUnsafeBufferPointer { a in
      right.elements.withUnsafeBufferPointer { b in
        SingleMatrix(rows: left.rows, columns: columns) { c in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          routine(
            Int32(CBLAS_ROWS), Int32(CBLAS_AS_IS), Int32(rightTransposed ? CBLAS_TRANSPOSED : CBLAS_AS_IS),
            sides.0.rows, width, sides.0.columns, 1, a, sides.0.columns, b, sides.1.columns, 0, c, width)
        }
      }
    }
  }

  /// Returns the Gram matrix X Xᵀ, both triangles filled.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n² d) for n rows of d elements, half that of a general product.
  public static func gram(of rows: SingleMatrix) throws(LinearAlgebraError) -> SingleMatrix {
    let side = rows.rows
    guard side > 0, rows.columns > 0 else {
      return SingleMatrix(rows: side, columns: side) { $0.initialize(repeating: 0, count: side * side) }
    }
    let sides = try rows.sides
    let routine = try Routines.get().singleSymmetricProduct
    var gram = rows.elements.withUnsafeBufferPointer { source in
      SingleMatrix(rows: side, columns: side) { gram in
        guard let source = source.baseAddress else { return }
        // The routine leaves the lower triangle unset; it is filled next.
        routine(
          Int32(CBLAS_ROWS), Int32(CBLAS_UPPER), Int32(CBLAS_AS_IS), sides.rows, sides.columns, 1, source,
          sides.columns, 0, gram, sides.rows)
      }
    }
    gram.mirrorUpperTriangle()
    return gram
  }

  /// Copies the upper triangle of a square matrix into the lower triangle.
  public mutating func mirrorUpperTriangle() {
    let (rows, columns) = (rows, columns)
    withUnsafeMutableElements { $0.mirrorUpperTriangle(rows: rows, columns: columns) }
  }

  /// The numbers of rows and columns as 32-bit integers, which BLAS needs.
  ///
  /// - Throws: ``LinearAlgebraError/tooLarge(rows:columns:)`` if one does not fit 32 bits.
  var sides: (rows: Int32, columns: Int32) {
    get throws(LinearAlgebraError) {
      guard let height = Int32(exactly: rows), let width = Int32(exactly: columns) else {
        throw .tooLarge(rows: rows, columns: columns)
      }
      return (height, width)
    }
  }
}

extension Matrix {
  /// Makes a matrix of the same numbers as 64-bit floats.
  public init(_ matrix: SingleMatrix) {
    self = matrix.elements.withUnsafeBufferPointer { source in
      Matrix(rows: matrix.rows, columns: matrix.columns) { target in
        for index in source.indices { (target + index).initialize(to: Double(source[index])) }
      }
    }
  }
}
