import LinearAlgebra
import TFLite

/// What is kept of pictures whose embeddings are not: for each class Σ z, and Σ z zᵀ over all classes together.
///
/// z are features, of a picture with V views each taken 1/V times. A discriminant needs no more: the scatter within the
/// classes is Σ z zᵀ − Σ_c (Σ z)(Σ z)ᵀ / n_c.
struct PooledMoments: Sendable {
  /// Σ z, one a class.
  private(set) var sums: [[Double]]
  // Σ z zᵀ over what is not pending.
  private var square: SymmetricSum
  // Rows √w z that are still to be squared, the first `waiting` of them: many at once are faster by far.
  private var pending: [Double] = []
  private var waiting = 0
  private let dimension: Int
  private static let block = 512

  /// The widest embeddings that are summed up: Σ z zᵀ takes 1 GB then.
  static let mostDimensions = 1 << 14

  init(dimension: Int, classes: Int) {
    self.dimension = dimension
    sums = Array(repeating: Array(repeating: 0, count: dimension), count: classes)
    square = SymmetricSum(size: dimension)
  }

  /// Sums that were kept before.
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
  ///   - writer: What turns them into features.
  mutating func add(
    _ embeddings: Bytes, toClass place: Int, views: Int, writer: FeatureWriter
  ) throws(LinearAlgebraError) {
    // Before anything is changed: where this fails, nothing is added.
    if waiting + views > Self.block { try flush() }
    if pending.isEmpty { pending = Array(repeating: 0, count: max(Self.block, views) * dimension) }
    let root = (1 / Double(views)).squareRoot()
    for view in 0..<views {
      pending.withUnsafeMutableBufferPointer { pending in
        let row = UnsafeMutableBufferPointer(rebasing: pending[waiting * dimension..<(waiting + 1) * dimension])
        writer.write(view: view, of: embeddings, into: row, factor: root)
        sums[place].withUnsafeMutableBufferPointer { sum in
          for index in 0..<dimension { sum[index] += root * row[index] }
        }
      }
      waiting += 1
    }
  }

  /// Adds, or takes away, what others have summed up.
  ///
  /// - Parameter places: The class of this value for each class of the other.
  mutating func add(_ other: PooledMoments, places: [Int], sign: Double) throws(LinearAlgebraError) {
    // What can fail comes first: nothing is added then.
    try flush()
    try square.add(other.wholeSquare(), factor: sign)
    for (place, sum) in zip(places, other.sums) {
      for index in 0..<dimension { sums[place][index] += sign * sum[index] }
    }
  }

  /// Takes classes out whose pictures are gone from the square already.
  mutating func removeClasses(where isGone: (Int) -> Bool) {
    sums = sums.enumerated().filter { !isGone($0.offset) }.map(\.element)
  }

  /// Σ z zᵀ.
  func wholeSquare() throws(LinearAlgebraError) -> SymmetricSum {
    guard waiting > 0 else { return square }
    var whole = square
    try pending.withUnsafeBufferPointer { rows throws(LinearAlgebraError) in
      try whole.addSquare(ofRows: rows, count: waiting)
    }
    return whole
  }

  /// Squares the rows that were put off.
  mutating func flush() throws(LinearAlgebraError) {
    guard waiting > 0 else { return }
    try pending.withUnsafeBufferPointer { rows throws(LinearAlgebraError) in
      try square.addSquare(ofRows: rows, count: waiting)
    }
    waiting = 0
  }
}
