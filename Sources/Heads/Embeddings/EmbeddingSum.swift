/// The sum of a class's embeddings and how many they are: all that imprinting needs to know of its pictures.
///
/// Embeddings of a quantised network are whole numbers of steps, so that their sums are exact, in whatever order and in
/// however many parts they are added, up to 2⁵³ steps.
public struct EmbeddingSum: Sendable, Hashable {
  /// The sum of the embeddings, in steps.
  public private(set) var steps: [Double]
  /// How many embeddings it is the sum of, or nil where the file that it was resumed from does not say.
  public private(set) var count: Int?

  /// The sum of no embeddings.
  ///
  /// - Parameter dimension: The number of elements.
  public init(dimension: Int) {
    steps = Array(repeating: 0, count: dimension)
    count = 0
  }

  package init(steps: [Double], count: Int?) {
    self.steps = steps
    self.count = count
  }

  /// Adds one embedding.
  ///
  /// - Throws: ``EmbeddingError/wrongCount(count:expected:)`` or ``EmbeddingError/notFinite``; nothing is added then.
  public mutating func add(_ embedding: Embedding) throws(EmbeddingError) {
    guard embedding.steps.count == steps.count else {
      throw .wrongCount(count: embedding.steps.count, expected: steps.count)
    }
    guard embedding.steps.allSatisfy(\.isFinite) else { throw .notFinite }
    for index in steps.indices { steps[index] += Double(embedding.steps[index]) }
    count = count.map { $0 + 1 }
  }

  /// Adds another sum of the same dimension.
  ///
  /// - Throws: ``EmbeddingError/wrongCount(count:expected:)`` or ``EmbeddingError/notFinite``; nothing is added then.
  public mutating func add(_ other: EmbeddingSum) throws(EmbeddingError) {
    guard other.steps.count == steps.count else {
      throw .wrongCount(count: other.steps.count, expected: steps.count)
    }
    guard other.steps.allSatisfy(\.isFinite) else { throw .notFinite }
    for index in steps.indices { steps[index] += other.steps[index] }
    if let mine = count, let theirs = other.count {
      let (sum, overflow) = mine.addingReportingOverflow(theirs)
      count = overflow ? nil : sum
    } else {
      count = nil
    }
  }

  /// ‖Σx‖, in steps.
  public var norm: Double { steps.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Σx / ‖Σx‖, the class's weights by Qi, Brown and Lowe (CVPR 2018); zeros where the sum is zero.
  public var direction: [Float] {
    let norm = norm
    return norm > 0 ? steps.map { Float($0 / norm) } : Array(repeating: 0, count: steps.count)
  }
}
