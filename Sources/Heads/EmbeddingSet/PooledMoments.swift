import LinearAlgebra
import TFLite

/// The sums that replace embeddings beyond the budget: Σ z for each class, and Σ z zᵀ over all classes together.
///
/// z are features, rounded to whole multiples of 2⁻¹⁵; each of a picture's V views has the weight 1/V, by which the sums are
/// divided when they are used. So they are whole numbers, the same in whatever order the pictures are added. A linear
/// discriminant needs nothing else: the scatter within the classes is Σ z zᵀ − Σ_c (Σ z)(Σ z)ᵀ / n_c.
struct PooledMoments: Sendable {
  // 2¹⁵ Σ z over the pictures of each class, except the pending ones.
  private(set) var sums: [IntegerSums]
  // 2³⁰ Σ z zᵀ over all pictures except the pending ones.
  private(set) var square: IntegerSymmetricSum
  // Pictures that are not in the sums yet. Adding many at once is much faster.
  private var pending: [(place: Int, embeddings: Bytes)] = []
  private let dimension: Int
  private let views: Int

  /// The greatest dimension of sums, at which Σ z zᵀ takes 1 GB.
  static let mostDimensions = 1 << 14
  /// The greatest number of views, up to which the sums of whole numbers fit into 64 bits.
  static let mostViews = 1 << 33

  // A block of rows whose square is added at once stays in the processor's cache of 1 to 2 MB, if its rows are short enough.
  private static let blockBytes = 5 << 18
  private static let rowsOfBlock = 128...1024

  init(dimension: Int, views: Int, classes: Int = 0) {
    self.dimension = dimension
    self.views = max(1, views)
    sums = Array(repeating: IntegerSums(count: dimension), count: classes)
    square = IntegerSymmetricSum(size: dimension)
  }

  /// Creates moments from their sums.
  init(sums: [IntegerSums], square: IntegerSymmetricSum, views: Int) {
    dimension = square.size
    self.views = max(1, views)
    self.sums = sums
    self.square = square
  }

  mutating func appendClass() { sums.append(IntegerSums(count: dimension)) }

  /// Adds a picture.
  ///
  /// - Parameters:
  ///   - embeddings: The embeddings of its views.
  ///   - place: Its class.
  ///   - writer: Writes the features.
  mutating func add(_ embeddings: Bytes, toClass place: Int, writer: FeatureWriter) throws(LinearAlgebraError) {
    // This comes first, so that nothing has changed if it fails.
    if pending.count >= picturesOfBlock { try flush(writer) }
    pending.append((place, embeddings))
  }

  /// The number of pictures of a block of rows.
  private var picturesOfBlock: Int {
    let rows = Self.blockBytes / (8 * max(1, dimension))
    return max(1, min(max(rows, Self.rowsOfBlock.lowerBound), Self.rowsOfBlock.upperBound) / views)
  }

  /// Adds or subtracts other moments, neither of which has pending pictures.
  ///
  /// - Parameters:
  ///   - other: The other moments.
  ///   - places: The index of the class here for each class of the other moments.
  ///   - subtracting: Whether to subtract them.
  mutating func add(
    _ other: PooledMoments, places: [Int], subtracting: Bool = false
  ) throws(LinearAlgebraError) {
    // The call that can fail comes first, so that nothing has changed if it does.
    try square.add(other.square, subtracting: subtracting)
    for (place, sum) in zip(places, other.sums) { sums[place].add(sum, subtracting: subtracting) }
  }

  /// Puts the classes into another order, in which each is given by its present index.
  mutating func reorderClasses(_ order: [Int]) {
    sums = order.map { sums[$0] }
    var places = order
    for (place, before) in order.enumerated() { places[before] = place }
    pending = pending.map { (places[$0.place], $0.embeddings) }
  }

  /// Removes classes whose pictures have already been subtracted.
  mutating func removeClasses(where isGone: (Int) -> Bool) {
    sums = sums.enumerated().filter { !isGone($0.offset) }.map(\.element)
  }

  /// Removes a class, and from Σ z zᵀ its share: n_c/N of the scatter W within the classes, and (Σ z)(Σ z)ᵀ / n_c of its own.
  ///
  /// - Parameter counts: The number of pictures of each class.
  mutating func removeClass(_ place: Int, counts: [Int]) {
    let rest = counts.enumerated().reduce(0.0) { $0 + ($1.offset == place ? 0 : Double($1.element)) }
    let all = rest + Double(counts[place])
    let kept = all > 0 ? rest / all : 0
    // T = W + Σ_c s_c s_cᵀ / n_c becomes kept · W + Σ of the others = kept · T + Σ_c (1 − kept, or −kept) s_c s_cᵀ / n_c, of
    // which each side is multiplied by V: s_c is Σ q / V of the whole numbers q.
    let terms = zip(sums, counts).enumerated().filter { $0.element.1 > 0 }.map { index, term in
      (
        sum: term.0.doubles(unit: 1),
        factor: (index == place ? -kept : 1 - kept) / (Double(term.1) * Double(views))
      )
    }
    var rows = -1
    var factors: [Double] = []
    square.replaceElements { row, column, element in
      if row != rows {
        rows = row
        factors = terms.map { $0.factor * $0.sum[row] }
      }
      var value = kept * Double(element)
      for (term, factor) in zip(terms, factors) where factor != 0 { value += factor * term.sum[column] }
      return Int64(exactly: value.rounded()) ?? 0
    }
    sums.remove(at: place)
  }

  /// Adds the pending pictures to the sums.
  mutating func flush(_ writer: FeatureWriter) throws(LinearAlgebraError) {
    guard !pending.isEmpty else { return }
    // The only call that fails where the system has no library; nothing has changed then.
    try LinearAlgebraLibrary.check()
    let pictures = pending
    let (views, dimension) = (views, dimension)
    let rows = pictures.count * views
    let block = UnsafeMutableBufferPointer<Double>.allocate(capacity: rows * dimension)
    defer { block.deallocate() }
    sums.withUnsafeMutableBufferPointer { sums in
      // On one thread: a second one would wait for those of the library, which go on spinning after a product.
      for (index, picture) in pictures.enumerated() {
        for view in 0..<views {
          let start = (index * views + view) * dimension
          writer.writeWhole(
            view: view, of: picture.embeddings,
            into: UnsafeMutableBufferPointer(rebasing: block[start..<start + dimension]),
            addingTo: &sums[picture.place])
        }
      }
    }
    try square.addSquare(ofRows: UnsafeBufferPointer(block), count: rows, largest: FeatureWriter.featuresPerUnit)
    pending = []
  }

  /// Returns Σ z of each class, each view with the weight 1/V. There must be no pending pictures.
  func classSums() -> [[Double]] {
    sums.map { $0.doubles(unit: 1 / (FeatureWriter.featuresPerUnit * Double(views))) }
  }

  /// Returns Σ z zᵀ, each view with the weight 1/V, times a factor: its upper triangle, with zeros below. There must be no
  /// pending pictures.
  func squareTriangle(factor: Double = 1) -> Matrix {
    let unit = FeatureWriter.featuresPerUnit
    return square.upperTriangle(factor: factor / (unit * unit * Double(views)))
  }
}
