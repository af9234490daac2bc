import CBLAS

/// A symmetric sum A + Σ f Xᵀ X, stored as n (n + 1) / 2 elements.
///
/// With h = ⌈n / 2⌉ the upper triangle consists of a triangle of side h, a rectangle beside it, and a triangle of side
/// n − h below. The first two fill h rows, each from the diagonal on. The third, transposed, fills the remaining space
/// (the rectangular full packed format of Gustavson, Waśniewski, Dongarra and Langou, TOMS 2010). An update is three
/// products of half the side, as fast as one of the whole matrix.
public struct SymmetricSum: Sendable {
  /// n, the number of rows and columns.
  public let size: Int

  // A[i, j] with i < h is at i · width + j + shift, other elements at (j + 1 − shift − h) · width + i − h.
  private(set) var elements: [Double]
  private let order: Order
  private var half: Int { order.half }
  private var width: Int { order.width }
  private var shift: Int { order.shift }

  /// The order of the elements.
  struct Order: Sendable {
    let half, width, shift: Int

    init(size: Int) {
      half = (size + 1) / 2
      shift = size.isMultiple(of: 2) ? 1 : 0
      width = size + shift
    }

    /// Returns the place of an element of the upper triangle.
    func place(_ row: Int, _ column: Int) -> Int {
      row < half ? row * width + column + shift : (column + 1 - shift - half) * width + row - half
    }
  }

  /// Makes a sum of zero.
  ///
  /// - Parameter size: n; a negative number counts as 0.
  public init(size: Int) {
    self.size = max(0, size)
    order = Order(size: self.size)
    elements = Array(repeating: 0, count: order.half * order.width)
  }

  /// Makes a sum of its elements in their packed order, of which there must be n (n + 1) / 2.
  init(size: Int, elements: [Double]) {
    self.init(size: size)
    if elements.count == self.elements.count { self.elements = elements }
  }

  /// Adds f Xᵀ X.
  ///
  /// - Parameters:
  ///   - rows: X, at least `count` rows of n elements.
  ///   - count: The number of rows to add.
  ///   - factor: f.
  /// - Throws: ``LinearAlgebraError``; the sum is then unchanged.
  /// - Complexity: O(count n²), half that of a general product.
  public mutating func addSquare(
    ofRows rows: UnsafeBufferPointer<Double>, count: Int, factor: Double = 1
  ) throws(LinearAlgebraError) {
    let (needed, overflow) = count.multipliedReportingOverflow(by: size)
    guard count >= 0, !overflow, rows.count >= needed else {
      throw .misfit("\(rows.count) elements for \(count) rows of \(size)")
    }
    guard count > 0, size > 0, let source = rows.baseAddress else { return }
    guard let many = Int32(exactly: count), let step = Int32(exactly: size), let stride = Int32(exactly: width) else {
      throw .tooLarge(rows: count, columns: size)
    }
    let routines = try Routines.get()
    let (first, second) = (Int32(half), Int32(size - half))
    let (half, width, shift) = (half, width, shift)
    elements.withUnsafeMutableBufferPointer { elements in
      guard let packed = elements.baseAddress else { return }
      routines.symmetricProduct(
        Int32(CBLAS_ROWS), Int32(CBLAS_UPPER), Int32(CBLAS_TRANSPOSED), first, many, factor, source, step, 1,
        packed + shift, stride)
      guard second > 0 else { return }
      routines.generalProduct(
        Int32(CBLAS_ROWS), Int32(CBLAS_TRANSPOSED), Int32(CBLAS_AS_IS), first, second, many, factor, source, step,
        source + half, step, 1, packed + half + shift, stride)
      routines.symmetricProduct(
        Int32(CBLAS_ROWS), Int32(CBLAS_LOWER), Int32(CBLAS_TRANSPOSED), second, many, factor, source + half, step, 1,
        packed + (1 - shift) * width, stride)
    }
  }

  /// Adds f B.
  ///
  /// - Parameters:
  ///   - other: B, of the same size.
  ///   - factor: f.
  /// - Throws: ``LinearAlgebraError/misfit(_:)``; the sum is then unchanged.
  public mutating func add(_ other: SymmetricSum, factor: Double = 1) throws(LinearAlgebraError) {
    guard size == other.size else { throw .misfit("\(size)x\(size) and \(other.size)x\(other.size)") }
    elements.withUnsafeMutableBufferPointer { mine in
      other.elements.withUnsafeBufferPointer { theirs in
        for index in mine.indices { mine[index] += factor * theirs[index] }
      }
    }
  }

  /// Returns the elements of a row from the diagonal on, `size - row` of them. A row out of range traps.
  public func upperRow(_ row: Int) -> [Double] {
    if row < half {
      let start = row * width + row + shift
      return Array(elements[start..<row * width + size + shift])
    }
    return (row..<size).map { elements[place(row, $0)] }
  }

  /// Replaces the elements of a row from the diagonal on, `size - row` of them. A row out of range traps; too few values
  /// replace only the first elements, and surplus values are ignored.
  public mutating func setUpperRow(_ row: Int, to values: [Double]) {
    for (column, value) in zip(row..<size, values) { elements[place(row, column)] = value }
  }

  /// Returns the whole matrix with its upper triangle filled and zeros below.
  ///
  /// - Parameter factor: The number to multiply each element by.
  /// - Complexity: O(n²).
  public func upperTriangle(factor: Double = 1) -> Matrix {
    var matrix = Matrix(rows: size, columns: size)
    matrix.withUnsafeMutableElements { whole in
      elements.withUnsafeBufferPointer { packed in
        for row in 0..<half {
          for column in row..<size { whole[row * size + column] = factor * packed[row * width + column + shift] }
        }
        // Along the packed rows, so that memory is read in order.
        for column in half..<max(half, size) {
          let start = (column + 1 - shift - half) * width - half
          for row in half...column { whole[row * size + column] = factor * packed[start + row] }
        }
      }
    }
    return matrix
  }

  private func place(_ row: Int, _ column: Int) -> Int { order.place(row, column) }
}
