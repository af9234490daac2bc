/// A symmetric sum A + Σ Xᵀ X of rows of whole numbers, exact in whatever order the rows are added, and stored as
/// n (n + 1) / 2 elements.
///
/// Rows are added in 64-bit floats, which hold whole numbers up to 2⁵³ exactly. Before a sum may exceed that, the floats are
/// carried over into 64-bit integers.
public struct IntegerSymmetricSum: Sendable {
  /// n, the number of rows and columns.
  public let size: Int

  // The sum of the rows added last, which is zero where there is none, and the greatest magnitude that an element may have. A
  // product into a whole matrix is faster by a twentieth than one into packed storage.
  private var recent: Recent?
  private var bound = 0.0
  // The other ones, in the order of `recent`; empty where there are none.
  private var carried: [Int64] = []

  private enum Recent: Sendable {
    case whole(Matrix)
    case packed(SymmetricSum)
  }

  private static let greatest = 0x1p53
  // The greatest size of a whole matrix, which takes 32 MB.
  private static let mostWhole = 2048

  /// Makes a sum of zero.
  ///
  /// - Parameter size: n; a negative number counts as 0.
  public init(size: Int) {
    self.size = max(0, size)
  }

  /// Makes a sum from its elements in the order of ``elements``; nil for another number of them than n (n + 1) / 2.
  public init?(size: Int, elements: [Int64]) {
    self.init(size: size)
    guard elements.count == count else { return nil }
    carried = elements
  }

  private var count: Int { size * (size + 1) / 2 }

  /// The n (n + 1) / 2 elements. With h = ⌈n / 2⌉, and w = n + 1 and s = 1 for an even n, w = n and s = 0 for an odd one, element
  /// i, j of the upper triangle is at i w + j + s where i < h, else at (j + 1 − s − h) w + i − h.
  public var elements: [Int64] {
    guard recent != nil else { return carried.isEmpty ? [Int64](repeating: 0, count: count) : carried }
    var sum = self
    sum.carry()
    return sum.carried
  }

  /// Adds Xᵀ X.
  ///
  /// - Parameters:
  ///   - rows: X, at least `count` rows of n whole numbers.
  ///   - count: The number of rows to add.
  ///   - largest: The greatest magnitude of an element of X, at most 2²⁰.
  /// - Throws: ``LinearAlgebraError``; the sum is then unchanged.
  /// - Complexity: O(count n²), half that of a general product.
  public mutating func addSquare(
    ofRows rows: UnsafeBufferPointer<Double>, count: Int, largest: Double
  ) throws(LinearAlgebraError) {
    let most = Int(Self.greatest / max(1, largest * largest))
    guard count <= most else { throw .tooLarge(rows: count, columns: size) }
    let growth = Double(count) * largest * largest
    if bound + growth > Self.greatest { carry() }
    // Taken out meanwhile, so that it is changed in place.
    switch recent ?? zero {
    case .whole(var matrix):
      recent = nil
      defer { recent = .whole(matrix) }
      try matrix.addSquare(ofRows: rows, count: count)
    case .packed(var sum):
      recent = nil
      defer { recent = .packed(sum) }
      try sum.addSquare(ofRows: rows, count: count)
    }
    bound += growth
  }

  /// Adds or subtracts another sum.
  ///
  /// - Parameter subtracting: Whether to subtract it.
  /// - Throws: ``LinearAlgebraError/misfit(_:)``; the sum is then unchanged.
  public mutating func add(_ other: IntegerSymmetricSum, subtracting: Bool = false) throws(LinearAlgebraError) {
    guard size == other.size else { throw .misfit("\(size)x\(size) and \(other.size)x\(other.size)") }
    if other.recent != nil {
      var whole = other
      whole.carry()
      return try add(whole, subtracting: subtracting)
    }
    if carried.isEmpty, !other.carried.isEmpty {
      carried = subtracting ? other.carried.map { 0 &- $0 } : other.carried
    } else if !other.carried.isEmpty {
      carried.withUnsafeMutableBufferPointer { mine in
        other.carried.withUnsafeBufferPointer { theirs in
          if subtracting {
            for index in mine.indices { mine[index] &-= theirs[index] }
          } else {
            for index in mine.indices { mine[index] &+= theirs[index] }
          }
        }
      }
    }
  }

  /// Replaces each element of the upper triangle by a function of its row, its column and its value.
  public mutating func replaceElements(_ value: (_ row: Int, _ column: Int, _ element: Int64) -> Int64) {
    carry()
    let order = SymmetricSum.Order(size: size)
    for row in 0..<size {
      for column in row..<size {
        let place = order.place(row, column)
        carried[place] = value(row, column, carried[place])
      }
    }
  }

  /// Returns the whole matrix with its upper triangle filled and zeros below, each element as the nearest float.
  ///
  /// - Parameter factor: The number to multiply each element by.
  /// - Complexity: O(n²).
  public func upperTriangle(factor: Double = 1) -> Matrix {
    SymmetricSum(size: size, elements: elements.map { Double($0) }).upperTriangle(factor: factor)
  }

  /// Moves the floats into the integers.
  private mutating func carry() {
    if carried.isEmpty { carried = [Int64](repeating: 0, count: count) }
    guard let recent else { return }
    self.recent = nil
    bound = 0
    let order = SymmetricSum.Order(size: size)
    carried.withUnsafeMutableBufferPointer { carried in
      switch recent {
      case .whole(let matrix):
        matrix.elements.withUnsafeBufferPointer { elements in
          for row in 0..<size {
            for column in row..<size {
              carried[order.place(row, column)] &+= Int64(exactly: elements[row * size + column]) ?? 0
            }
          }
        }
      case .packed(let sum):
        sum.elements.withUnsafeBufferPointer { elements in
          for index in carried.indices { carried[index] &+= Int64(exactly: elements[index]) ?? 0 }
        }
      }
    }
  }

  private var zero: Recent {
    size <= Self.mostWhole
      ? .whole(Matrix(rows: size, columns: size)) : .packed(SymmetricSum(size: size))
  }
}
