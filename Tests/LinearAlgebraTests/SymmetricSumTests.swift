import LinearAlgebra
import Testing

@Suite("Symmetric sums in packed storage")
struct SymmetricSumTests {
  @Test(
    "The upper triangle equals the sum computed element by element, for even and odd sizes",
    arguments: [1, 2, 3, 4, 7, 8, 33, 64])
  func squares(size: Int) throws {
    let rows = random(count: 3 * size * size, seed: size)
    var sum = SymmetricSum(size: size)
    try add(rows, count: 2 * size, to: &sum, factor: 1)
    try add(Array(rows.dropFirst(2 * size * size)), count: size, to: &sum, factor: 0.5)
    let triangle = sum.upperTriangle(factor: 2)
    for row in 0..<size {
      for column in 0..<size {
        let expected = (0..<3 * size).reduce(0.0) { (total: Double, index: Int) -> Double in
          let weight: Double = index < 2 * size ? 2 : 1
          return total + weight * rows[index * size + row] * rows[index * size + column]
        }
        #expect(abs(triangle[row, column] - (column < row ? 0 : expected)) < 1e-12 * Double(size))
      }
      #expect(sum.upperRow(row).map { 2 * $0 } == Array(triangle[row: row].dropFirst(row)))
    }
  }

  @Test("A row reads back as it was set", arguments: [1, 2, 5, 6])
  func rows(size: Int) throws {
    var sum = SymmetricSum(size: size)
    for row in 0..<size { sum.setUpperRow(row, to: (row..<size).map { Double(10 * row + $0) }) }
    for row in 0..<size { #expect(sum.upperRow(row) == (row..<size).map { Double(10 * row + $0) }) }
    sum.setUpperRow(0, to: [])
    sum.setUpperRow(size - 1, to: [1, 2, 3])
    #expect(sum.upperRow(size - 1) == [1])
  }

  @Test("Adding and subtracting a sum restores the original")
  func subtracting() throws {
    var sum = SymmetricSum(size: 20)
    try add(random(count: 600, seed: 1), count: 30, to: &sum, factor: 1)
    let before = sum.upperTriangle()
    var other = SymmetricSum(size: 20)
    try add(random(count: 600, seed: 2), count: 30, to: &other, factor: 1)
    try sum.add(other)
    #expect(sum.upperTriangle() != before)
    try sum.add(other, factor: -1)
    for (one, two) in zip(sum.upperTriangle().elements, before.elements) { #expect(abs(one - two) < 1e-13) }
  }

  @Test("Refuses sizes that do not match, and accepts an empty sum")
  func refusal() throws {
    var sum = SymmetricSum(size: 4)
    #expect(throws: LinearAlgebraError.self) { try sum.add(SymmetricSum(size: 5)) }
    #expect(throws: LinearAlgebraError.self) { try add([1, 2, 3], count: 1, to: &sum, factor: 1) }
    #expect(throws: LinearAlgebraError.self) { try add([1, 2, 3, 4], count: -1, to: &sum, factor: 1) }
    #expect(throws: LinearAlgebraError.self) { try add([1, 2, 3, 4], count: .max, to: &sum, factor: 1) }
    try add([], count: 0, to: &sum, factor: 1)
    #expect(sum.upperTriangle() == Matrix(rows: 4, columns: 4))
    var empty = SymmetricSum(size: -1)
    try add([], count: 3, to: &empty, factor: 1)
    #expect(empty.upperTriangle().elements.isEmpty)
  }

  private func add(_ rows: [Double], count: Int, to sum: inout SymmetricSum, factor: Double) throws {
    try rows.withUnsafeBufferPointer { try sum.addSquare(ofRows: $0, count: count, factor: factor) }
  }

  private func random(count: Int, seed: Int) -> [Double] {
    var state = UInt64(seed)
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 30) - 1
    }
  }
}
