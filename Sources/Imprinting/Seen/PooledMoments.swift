import LinearAlgebra

/// What is kept of pictures whose embeddings are not: for each class Σ z, and Σ z zᵀ over all classes together.
///
/// z are features, of a picture with V views each taken 1/V times. A discriminant needs no more: the scatter within the
/// classes is Σ z zᵀ − Σ_c (Σ z)(Σ z)ᵀ / n_c.
struct PooledMoments: Sendable {
  /// Σ z, one a class.
  private(set) var sums: [[Double]]
  /// Σ z zᵀ over what is not in `pending`; the upper triangle alone.
  private var square: Matrix

  // Rows √w z that are still to be squared: many at once are faster by far.
  private var pending: [Double] = []
  private let dimension: Int
  private static let block = 512

  init(dimension: Int, classes: Int) {
    self.dimension = dimension
    sums = Array(repeating: Array(repeating: 0, count: dimension), count: classes)
    square = Matrix(rows: dimension, columns: dimension)
  }

  /// Sums that were kept before.
  init(sums: [[Double]], square: Matrix) {
    dimension = square.columns
    self.sums = sums
    self.square = square
  }

  mutating func appendClass() { sums.append(Array(repeating: 0, count: dimension)) }

  /// Adds one view.
  ///
  /// - Parameters:
  ///   - features: z, D of them.
  ///   - place: Its class.
  ///   - weight: How often it counts: 1 over the number of views.
  mutating func add(
    _ features: UnsafeBufferPointer<Double>, toClass place: Int, weight: Double
  ) throws(LinearAlgebraError) {
    let root = weight.squareRoot()
    for index in 0..<dimension { sums[place][index] += weight * features[index] }
    if pending.capacity == 0 { pending.reserveCapacity(Self.block * dimension) }
    for index in 0..<dimension { pending.append(root * features[index]) }
    if pending.count >= Self.block * dimension { try flush() }
  }

  /// Adds, or takes away, what others have summed up.
  ///
  /// - Parameter places: The class of this value for each class of the other.
  mutating func add(_ other: PooledMoments, places: [Int], sign: Double) throws(LinearAlgebraError) {
    for (place, sum) in zip(places, other.sums) {
      for index in 0..<dimension { sums[place][index] += sign * sum[index] }
    }
    try flush()
    let theirs = try other.wholeSquare()
    square.withUnsafeMutableElements { mine in
      for index in mine.indices { mine[index] += sign * theirs.elements[index] }
    }
  }

  /// Takes a class out whose pictures are gone from the square already.
  mutating func removeClass(_ place: Int) { sums.remove(at: place) }

  /// Σ z zᵀ, the upper triangle alone.
  func wholeSquare() throws(LinearAlgebraError) -> Matrix {
    var whole = self
    try whole.flush()
    return whole.square
  }

  /// Squares the rows that were put off.
  mutating func flush() throws(LinearAlgebraError) {
    guard !pending.isEmpty else { return }
    let count = pending.count / dimension
    try pending.withUnsafeBufferPointer { rows throws(LinearAlgebraError) in
      try square.addSquare(ofRows: rows, count: count)
    }
    pending.removeAll(keepingCapacity: true)
  }
}
