import LinearAlgebra
import Testing

@Suite("Linear algebra in 32-bit floats")
struct SingleMatrixTests {
  @Test("Products equal the 64-bit products within rounding")
  func products() throws {
    let (a, b) = (random(rows: 70, columns: 90, seed: 1), random(rows: 90, columns: 40, seed: 2))
    let product = try SingleMatrix.product(SingleMatrix(a), SingleMatrix(b))
    #expect(isClose(Matrix(product), try Matrix.product(a, b), 1e-5))
    let c = random(rows: 30, columns: 90, seed: 3)
    let turned = try SingleMatrix.product(SingleMatrix(a), SingleMatrix(c), rightTransposed: true)
    #expect(isClose(Matrix(turned), try Matrix.product(a, c, rightTransposed: true), 1e-5))
    #expect(isClose(Matrix(try SingleMatrix.gram(of: SingleMatrix(a))), try Matrix.gram(of: a), 1e-5))
    #expect(throws: LinearAlgebraError.misfit("70x90 times 70x90")) {
      try SingleMatrix.product(SingleMatrix(a), SingleMatrix(a))
    }
    let empty = SingleMatrix(Matrix(rows: 0, columns: 90))
    #expect(try SingleMatrix.gram(of: empty).elements == [])
    #expect(try SingleMatrix.product(empty, SingleMatrix(b)).elements == [])
    let narrow = SingleMatrix(Matrix(rows: 2, columns: 0))
    #expect(try SingleMatrix.gram(of: narrow).elements == [0, 0, 0, 0])
  }

  @Test("A Cholesky factor solves linear systems and gives the diagonal blocks of the inverse", arguments: [1, 4])
  func factor(side: Int) throws {
    let gram = try Matrix.gram(of: random(rows: 48, columns: 80, seed: 4))
    var shifted = gram
    for index in 0..<48 { shifted[index, index] += 3 }
    let factor = try SingleCholesky(of: SingleMatrix(gram), addingToDiagonal: 3)
    let exact = try Cholesky(of: shifted)
    let vectors = random(rows: 5, columns: 48, seed: 5)
    #expect(isClose(try factor.dividing(vectors), try exact.dividing(vectors), 1e-5))
    let inverse = try exact.inverse()
    let blocks = try factor.inverseBlocks(of: side)
    #expect(blocks.count == 48 * side)
    for (index, value) in blocks.enumerated() {
      let row = index / side
      #expect(abs(value - inverse[row, row - row % side + index % side]) < 1e-5)
    }
    #expect(throws: LinearAlgebraError.self) { try factor.inverseBlocks(of: 5) }
    #expect(throws: LinearAlgebraError.self) { try factor.dividing(Matrix(rows: 1, columns: 3)) }
  }

  @Test("Refuses matrices that are not square, not positive definite or contain NaN")
  func refusal() throws {
    let negative = SingleMatrix(try Matrix(columns: 2, elements: [1, 2, 2, 1]))
    #expect(throws: LinearAlgebraError.notPositiveDefinite(size: 2)) {
      try SingleCholesky(of: negative, addingToDiagonal: 0)
    }
    #expect(try SingleCholesky(of: negative, addingToDiagonal: 3).size == 2)
    let withNaN = SingleMatrix(try Matrix(columns: 2, elements: [.nan, 0, 0, 1]))
    #expect(throws: LinearAlgebraError.self) { try SingleCholesky(of: withNaN, addingToDiagonal: 0) }
    #expect(throws: LinearAlgebraError.self) {
      try SingleCholesky(of: SingleMatrix(Matrix(rows: 2, columns: 3)), addingToDiagonal: 0)
    }
  }

  @Test("The leading eigenvalues equal the 64-bit ones within rounding, also for a matrix of low rank")
  func leading() throws {
    let size = 200
    var rows = random(rows: 2 * size, columns: size, seed: 6)
    for row in 0..<rows.rows { for column in 0..<size { rows[row, column] *= column < 6 ? Double(20 - column) : 0.3 } }
    let matrix = try Matrix.product(rows, rows, leftTransposed: true)
    let exact = try SymmetricEigen(leading: 6, of: matrix)
    let leading = try SymmetricEigen(leading: 6, of: SingleMatrix(matrix))
    for (value, known) in zip(leading.values, exact.values) { #expect(abs(value / known - 1) < 1e-5) }
    let products = try Matrix.product(leading.vectors, leading.vectors, rightTransposed: true)
    for row in 0..<6 { for column in 0..<6 { #expect(abs(products[row, column] - (row == column ? 1 : 0)) < 1e-5) } }
    let cosines = try Matrix.product(leading.vectors, exact.vectors, rightTransposed: true)
    for index in 0..<6 { #expect(abs(abs(cosines[index, index]) - 1) < 1e-4) }

    let thin = random(rows: 3, columns: size, seed: 7)
    let few = try SymmetricEigen(leading: 20, of: SingleMatrix(Matrix.product(thin, thin, leftTransposed: true)))
    let greatest = few.values.max() ?? 0
    #expect(few.values.filter { $0 > 1e-5 * greatest }.count == 3)
    let zeros = SingleMatrix(Matrix(rows: size, columns: size))
    #expect(try SymmetricEigen(leading: 6, of: zeros).values.allSatisfy { $0 == 0 })
  }

  private func isClose(_ one: Matrix, _ other: Matrix, _ tolerance: Double) -> Bool {
    guard one.rows == other.rows, one.columns == other.columns else { return false }
    let size = max(1, other.elements.map(abs).max() ?? 1)
    return zip(one.elements, other.elements).allSatisfy { abs($0 - $1) < tolerance * size }
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
