import CBLAS

/// A matrix of 64-bit floats in row-major order.
public struct Matrix: Sendable, Hashable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, row by row: `rows * columns` of them.
  public private(set) var elements: [Double]

  /// Makes a matrix of zeros.
  ///
  /// - Parameters:
  ///   - rows: The number of rows; a negative number counts as 0.
  ///   - columns: The number of columns; a negative number counts as 0.
  public init(rows: Int, columns: Int) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
    elements = Array(repeating: 0, count: self.rows * self.columns)
  }

  /// Makes a matrix from its elements.
  ///
  /// - Parameters:
  ///   - columns: The number of columns.
  ///   - elements: The elements, row by row.
  /// - Throws: ``LinearAlgebraError/misfit(_:)`` if the elements do not fill the last row.
  public init(columns: Int, elements: [Double]) throws(LinearAlgebraError) {
    guard columns > 0, elements.count.isMultiple(of: columns) else {
      throw .misfit("\(elements.count) elements in rows of \(columns)")
    }
    rows = elements.count / columns
    self.columns = columns
    self.elements = elements
  }

  /// Makes a matrix whose elements `body` sets; it must set every one.
  init(rows: Int, columns: Int, setBy body: (UnsafeMutablePointer<Double>) -> Void) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
    let count = self.rows * self.columns
    elements = Array(unsafeUninitializedCapacity: count) { buffer, initialised in
      if let first = buffer.baseAddress { body(first) }
      initialised = count
    }
  }

  /// The element in a row and a column; an index out of range traps, as with an array.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The elements of a row; an index out of range traps.
  public subscript(row row: Int) -> ArraySlice<Double> { elements[row * columns..<(row + 1) * columns] }

  /// Calls `body` with the elements, which it may change in place.
  public mutating func withUnsafeMutableElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try elements.withUnsafeMutableBufferPointer { buffer throws(Failure) -> Result in try body(buffer) }
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
  /// Returns A B, each of A and B transposed on request.
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

  /// Adds f Xᵀ X to the upper triangle of a square matrix; the lower triangle keeps its values.
  ///
  /// - Parameters:
  ///   - rows: X, with as many columns as this matrix has.
  ///   - factor: f.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n d²) for n rows of d elements, half that of a general product.
  public mutating func addSquare(of rows: Matrix, factor: Double = 1) throws(LinearAlgebraError) {
    try rows.elements.withUnsafeBufferPointer { buffer throws(LinearAlgebraError) in
      try addSquare(ofRows: buffer, count: rows.rows, factor: factor)
    }
  }

  /// Returns the Gram matrix X Xᵀ, both triangles filled.
  ///
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(n² d) for n rows of d elements, half that of a general product.
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

  /// Adds f Xᵀ X to the upper triangle of a square matrix, where X is rows in memory; see ``addSquare(of:factor:)``.
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

  /// Copies the upper triangle of a square matrix into the lower triangle.
  public mutating func mirrorUpperTriangle() {
    let (rows, columns) = (rows, columns)
    withUnsafeMutableElements { $0.mirrorUpperTriangle(rows: rows, columns: columns) }
  }

  private static let asIs = Int32(CBLAS_AS_IS)
  private static let transposed = Int32(CBLAS_TRANSPOSED)
}

extension UnsafeMutableBufferPointer {
  /// Copies the upper triangle of a row-major matrix into the lower triangle. In a matrix that is not square, this
  /// concerns the leading square.
  func mirrorUpperTriangle(rows: Int, columns: Int) {
    let side = Swift.min(rows, columns)
    // In tiles, so that the cache still holds a column's lines when the next column reads them.
    let tile = 32
    for top in stride(from: 0, to: side, by: tile) {
      for left in stride(from: top, to: side, by: tile) {
        for column in left..<Swift.min(left + tile, side) {
          for row in top..<Swift.max(top, Swift.min(top + tile, column)) {
            self[column * columns + row] = self[row * columns + column]
          }
        }
      }
    }
  }
}
