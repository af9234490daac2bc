import LinearAlgebra
import Testing

@Suite("Exact symmetric sums")
struct IntegerSymmetricSumTests {
  private func rows(_ count: Int, size: Int, seed: Int) -> [Double] {
    var state = UInt64(seed)
    return (0..<count * size).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 48) - 32768
    }
  }

  private func add(_ rows: [Double], to sum: inout IntegerSymmetricSum) throws {
    try rows.withUnsafeBufferPointer { buffer throws(LinearAlgebraError) in
      try sum.addSquare(ofRows: buffer, count: rows.count / max(1, sum.size), largest: 32768)
    }
  }

  @Test("Equals the sum in integers, in any order and any parts", arguments: [1, 2, 5, 8, 33])
  func exact(size: Int) throws {
    let parts = (0..<4).map { rows(1 + 7 * $0, size: size, seed: $0) }
    var whole = IntegerSymmetricSum(size: size)
    for part in parts { try add(part, to: &whole) }
    var merged = IntegerSymmetricSum(size: size)
    for part in parts.reversed() {
      var own = IntegerSymmetricSum(size: size)
      try add(part, to: &own)
      try merged.add(try #require(IntegerSymmetricSum(size: size, elements: own.elements)))
    }
    #expect(merged.elements == whole.elements)
    let triangle = whole.upperTriangle(factor: 0.5)
    for row in 0..<size {
      for column in row..<size {
        var sum = 0
        for part in parts {
          for start in stride(from: 0, to: part.count, by: size) {
            sum += Int(part[start + row]) * Int(part[start + column])
          }
        }
        #expect(triangle[row, column] == 0.5 * Double(sum))
      }
    }
    try merged.add(whole, subtracting: true)
    #expect(merged.elements.allSatisfy { $0 == 0 })
  }

  @Test("Stays exact beyond the whole numbers that floats hold")
  func beyondFloats() throws {
    let rows = [Double](repeating: 32768, count: 2)
    var sum = try #require(IntegerSymmetricSum(size: 2, elements: [1, 2, 3].map { $0 + (Int64(1) << 60) }))
    let before = sum.elements
    for _ in 0..<3 { try add(rows, to: &sum) }
    #expect(sum.elements == before.map { $0 + (3 << 30) })
    var large = IntegerSymmetricSum(size: 1)
    // 2⁵³ + 1 is no 64-bit float.
    try large.add(try #require(IntegerSymmetricSum(size: 1, elements: [1 << 53])))
    try add([1], to: &large)
    #expect(large.elements == [(1 << 53) + 1])
  }

  @Test("Rejects more rows than are exact, other sizes, and a wrong number of elements")
  func misfits() throws {
    var sum = IntegerSymmetricSum(size: 1)
    let rows = [Double](repeating: 0, count: 9)
    #expect(throws: LinearAlgebraError.self) {
      try rows.withUnsafeBufferPointer { buffer throws(LinearAlgebraError) in
        try sum.addSquare(ofRows: buffer, count: 9, largest: 0x1p26)
      }
    }
    #expect(throws: LinearAlgebraError.self) { try sum.add(IntegerSymmetricSum(size: 2)) }
    #expect(IntegerSymmetricSum(size: 3, elements: [1, 2]) == nil)
    #expect(IntegerSymmetricSum(size: -1).elements.isEmpty)
  }
}
