import Testing

@testable import LinearAlgebra

@Suite("Linear algebra")
struct LinearAlgebraTests {
  @Test("Knows how many threads OpenBLAS will start")
  func threads() {
    #expect(WorkingMemory.threads([:], cores: 4) == 4)
    #expect(WorkingMemory.threads(["OPENBLAS_NUM_THREADS": "2"], cores: 4) == 2)
    #expect(WorkingMemory.threads(["OPENBLAS_NUM_THREADS": "no", "OMP_NUM_THREADS": "1"], cores: 4) == 1)
    #expect(WorkingMemory.threads(["OMP_NUM_THREADS": "100"], cores: 4) == 4)
  }

  @Test("Multiplies matrices, transposed or not")
  func products() throws {
    let a = try Matrix(columns: 3, elements: [1, 2, 3, 4, 5, 6])
    let b = try Matrix(columns: 2, elements: [7, 8, 9, 10, 11, 12])
    #expect(try Matrix.product(a, b).elements == [58, 64, 139, 154])
    #expect(try Matrix.product(a, a, leftTransposed: true).elements == [17, 22, 27, 22, 29, 36, 27, 36, 45])
    #expect(try Matrix.product(a, a, rightTransposed: true).elements == [14, 32, 32, 77])
    #expect(throws: LinearAlgebraError.misfit("2x3 times 2x3")) { try Matrix.product(a, a) }
  }

  @Test("Adds the squares of blocks of rows to the upper triangle, and mirrors it")
  func squares() throws {
    let rows = random(rows: 150, columns: 130, seed: 1)
    var square = Matrix(rows: 130, columns: 130)
    try square.addSquare(of: Matrix(columns: 130, elements: Array(rows.elements.prefix(70 * 130))))
    try square.addSquare(of: Matrix(columns: 130, elements: Array(rows.elements.dropFirst(70 * 130))))
    #expect(square[129, 0] == 0)
    square.mirrorUpperTriangle()
    let expected = try Matrix.product(rows, rows, leftTransposed: true)
    #expect(isClose(square, expected))
    #expect(throws: LinearAlgebraError.self) { try square.addSquare(of: Matrix(rows: 2, columns: 3)) }
  }

  @Test("A Cholesky factor solves linear systems, whitens vectors and gives the inverse")
  func cholesky() throws {
    let rows = random(rows: 60, columns: 40, seed: 2)
    var matrix = try Matrix.product(rows, rows, leftTransposed: true)
    for index in 0..<40 { matrix[index, index] += 1 }
    let factor = try Cholesky(of: matrix)
    let vectors = random(rows: 5, columns: 40, seed: 3)
    #expect(isClose(try Matrix.product(factor.dividing(vectors), matrix), vectors))
    let whitened = try factor.whitening(vectors)
    let scalars = try Matrix.product(whitened, whitened, rightTransposed: true)
    #expect(isClose(scalars, try Matrix.product(factor.dividing(vectors), vectors, rightTransposed: true)))
    #expect(isClose(try Matrix.product(vectors, factor.inverse()), try factor.dividing(vectors)))
  }

  @Test("Refuses matrices that are not square, not positive definite or contain NaN")
  func refusal() throws {
    let negative = try Matrix(columns: 2, elements: [1, 2, 2, 1])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(size: 2)) { try Cholesky(of: negative) }
    let withNaN = try Matrix(columns: 2, elements: [.nan, 0, 0, 1])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(size: 2)) { try Cholesky(of: withNaN) }
    #expect(throws: LinearAlgebraError.self) { try Cholesky(of: Matrix(rows: 2, columns: 3)) }
    #expect(throws: LinearAlgebraError.self) { try Cholesky(of: Matrix(rows: 0, columns: 0)) }
    #expect(throws: LinearAlgebraError.self) { try Matrix(columns: 0, elements: []) }
  }

  @Test("Eigenvalues and eigenvectors reconstruct the matrix")
  func eigen() throws {
    let rows = random(rows: 60, columns: 30, seed: 4)
    let matrix = try Matrix.product(rows, rows, leftTransposed: true)
    let parts = try SymmetricEigen(of: matrix)
    #expect(parts.values == parts.values.sorted())
    var scaled = parts.vectors
    for row in 0..<30 { for column in 0..<30 { scaled[row, column] *= parts.values[row] } }
    #expect(isClose(try Matrix.product(scaled, parts.vectors, leftTransposed: true), matrix))
  }

  @Test(
    "The leading eigenvalues are the greatest eigenvalues, in small and large matrices", arguments: [20, 200])
  func leading(size: Int) throws {
    var rows = random(rows: 2 * size, columns: size, seed: 5)
    for row in 0..<rows.rows { for column in 0..<size { rows[row, column] *= column < 6 ? Double(20 - column) : 0.3 } }
    let matrix = try Matrix.product(rows, rows, leftTransposed: true)
    let all = try SymmetricEigen(of: matrix)
    let leading = try SymmetricEigen(leading: 6, of: matrix)
    #expect(leading.vectors.rows == 6)
    for (value, known) in zip(leading.values, all.values.suffix(6)) { #expect(abs(value / known - 1) < 1e-6) }
    let products = try Matrix.product(leading.vectors, leading.vectors, rightTransposed: true)
    for row in 0..<6 { for column in 0..<6 { #expect(abs(products[row, column] - (row == column ? 1 : 0)) < 1e-9) } }
    #expect(try SymmetricEigen(leading: 6, of: matrix).values == leading.values)
    #expect(try SymmetricEigen(leading: 6, of: Matrix(rows: size, columns: size)).values.allSatisfy { $0 == 0 })
  }

  @Test("The inverse factor gives the inverse, and the factor of a Gram matrix makes rows orthonormal")
  func inverseFactor() throws {
    let rows = random(rows: 20, columns: 50, seed: 6)
    let gram = try Matrix.gram(of: rows)
    #expect(isClose(gram, try Matrix.product(rows, rows, rightTransposed: true)))
    let factor = try Cholesky(of: gram)
    let inverse = try factor.inverseFactor()
    #expect(inverse[5, 2] == 0)
    #expect(isClose(try Matrix.product(inverse, inverse, rightTransposed: true), try factor.inverse()))
    let right = try Matrix.gram(of: factor.orthonormal(rows))
    for row in 0..<20 { for column in 0..<20 { #expect(abs(right[row, column] - (row == column ? 1 : 0)) < 1e-9) } }
    let vectors = random(rows: 3, columns: 20, seed: 7)
    #expect(isClose(try factor.dividing(whitened: factor.whitening(vectors)), try factor.dividing(vectors)))
    #expect(throws: LinearAlgebraError.self) { try factor.orthonormal(Matrix(rows: 3, columns: 50)) }
  }

  private func isClose(_ one: Matrix, _ other: Matrix) -> Bool {
    guard one.rows == other.rows, one.columns == other.columns else { return false }
    let size = max(1, other.elements.map(abs).max() ?? 1)
    return zip(one.elements, other.elements).allSatisfy { abs($0 - $1) < 1e-9 * size }
  }

  private func random(rows: Int, columns: Int, seed: UInt64) -> Matrix {
    var state = seed
    var matrix = Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        matrix[row, column] = Double(state >> 33) / Double(1 << 30) - 1
      }
    }
    return matrix
  }
}
