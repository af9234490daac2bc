import LinearAlgebra
import TFLite

/// The sums that replace embeddings beyond the budget: Σ z for each class, and Σ z zᵀ over all classes together.
///
/// z are features; each of a picture's V views has the weight 1/V. A linear discriminant needs nothing else: the scatter
/// within the classes is Σ z zᵀ − Σ_c (Σ z)(Σ z)ᵀ / n_c.
struct PooledMoments: Sendable {
  /// Σ z of each class.
  private(set) var sums: [[Double]]
  // Σ z zᵀ over all rows except the pending ones.
  private var square: SymmetricSum
  // Rows √w z that are not in the square yet; only the first `pendingCount` are valid. Adding many at once is much faster.
  private var pending: [Double] = []
  private var pendingCount = 0
  private let dimension: Int
  private static let block = 512

  /// The greatest dimension of sums, at which Σ z zᵀ takes 1 GB.
  static let mostDimensions = 1 << 14

  init(dimension: Int, classes: Int) {
    self.dimension = dimension
    sums = Array(repeating: Array(repeating: 0, count: dimension), count: classes)
    square = SymmetricSum(size: dimension)
  }

  /// Creates moments from their sums.
  init(sums: [[Double]], square: SymmetricSum) {
    dimension = square.size
    self.sums = sums
    self.square = square
  }

  mutating func appendClass() { sums.append(Array(repeating: 0, count: dimension)) }

  /// Adds a picture.
  ///
  /// - Parameters:
  ///   - embeddings: The embeddings of its views.
  ///   - place: Its class.
  ///   - views: V.
  ///   - writer: Writes the features.
  mutating func add(
    _ embeddings: Bytes, toClass place: Int, views: Int, writer: FeatureWriter
  ) throws(LinearAlgebraError) {
    // This comes first, so that nothing has changed if it fails.
    if pendingCount + views > Self.block { try flush() }
    if pending.isEmpty { pending = Array(repeating: 0, count: max(Self.block, views) * dimension) }
    let root = (1 / Double(views)).squareRoot()
    for view in 0..<views {
      pending.withUnsafeMutableBufferPointer { pending in
        let start = pendingCount * dimension
        let row = UnsafeMutableBufferPointer(rebasing: pending[start..<start + dimension])
        writer.write(view: view, of: embeddings, into: row, factor: root)
        sums[place].withUnsafeMutableBufferPointer { sum in
          for index in 0..<dimension { sum[index] += root * row[index] }
        }
      }
      pendingCount += 1
    }
  }

  /// Adds or subtracts other moments.
  ///
  /// - Parameters:
  ///   - other: The other moments.
  ///   - places: The index in `sums` for each class of the other moments.
  ///   - sign: 1 to add, −1 to subtract.
  mutating func add(_ other: PooledMoments, places: [Int], sign: Double) throws(LinearAlgebraError) {
    // The calls that can fail come first, so that nothing has changed if they do.
    try flush()
    try square.add(other.wholeSquare(), factor: sign)
    for (place, sum) in zip(places, other.sums) {
      for index in 0..<dimension { sums[place][index] += sign * sum[index] }
    }
  }

  /// Removes classes whose pictures have already been subtracted.
  mutating func removeClasses(where isGone: (Int) -> Bool) {
    sums = sums.enumerated().filter { !isGone($0.offset) }.map(\.element)
  }

  /// Puts the classes into another order, in which each is given by its present index.
  mutating func reorderClasses(_ order: [Int]) { sums = order.map { sums[$0] } }

  /// Removes a class, and from Σ z zᵀ its share: n_c/N of the scatter W within the classes, and (Σ z)(Σ z)ᵀ / n_c of its own.
  ///
  /// - Parameter counts: The number of pictures of each class.
  mutating func removeClass(_ place: Int, counts: [Int]) throws(LinearAlgebraError) {
    try flush()
    let rest = counts.enumerated().reduce(0.0) { $0 + ($1.offset == place ? 0 : Double($1.element)) }
    let all = rest + Double(counts[place])
    let kept = all > 0 ? rest / all : 0
    // T = W + Σ_c s_c s_cᵀ / n_c becomes kept · W + Σ of the others = kept · T + Σ_c (1 − kept, or −kept) s_c s_cᵀ / n_c.
    for row in 0..<dimension {
      var values = square.upperRow(row).map { kept * $0 }
      for (index, sum) in sums.enumerated() where counts[index] > 0 {
        let factor = (index == place ? -kept : 1 - kept) * sum[row] / Double(counts[index])
        guard factor != 0 else { continue }
        for column in row..<dimension { values[column - row] += factor * sum[column] }
      }
      square.setUpperRow(row, to: values)
    }
    sums.remove(at: place)
  }

  /// Returns Σ z zᵀ.
  func wholeSquare() throws(LinearAlgebraError) -> SymmetricSum {
    guard pendingCount > 0 else { return square }
    var complete = square
    try pending.withUnsafeBufferPointer { rows throws(LinearAlgebraError) in
      try complete.addSquare(ofRows: rows, count: pendingCount)
    }
    return complete
  }

  /// Adds the pending rows to the square.
  mutating func flush() throws(LinearAlgebraError) {
    guard pendingCount > 0 else { return }
    try pending.withUnsafeBufferPointer { rows throws(LinearAlgebraError) in
      try square.addSquare(ofRows: rows, count: pendingCount)
    }
    pendingCount = 0
  }
}
