public import Platform

/// The output of the frozen network for one picture: a vector of D numbers.
public struct Embedding: Sendable, Hashable {
  /// The elements in steps of ``unit``: whole numbers where the network is quantised.
  public let steps: [Float]
  /// The value of one step: the scale of the network's output, or 1 where the output is in floats.
  public let unit: Float

  /// Creates an embedding.
  ///
  /// - Parameters:
  ///   - steps: The elements in steps of `unit`.
  ///   - unit: The value of one step.
  public init(steps: [Float], unit: Float) {
    self.steps = steps
    self.unit = unit
  }

  /// The elements as real numbers.
  public var values: [Float] { steps.map { $0 * unit } }
}

/// The sum of a class's embeddings and their number, from which imprinting computes the class's weights.
///
/// Embeddings of a quantised network are whole numbers of steps. Their sums are exact up to 2⁵³ steps, whatever the order
/// of the additions.
public struct EmbeddingSum: Sendable, Hashable {
  /// The sum of the embeddings, in steps.
  public private(set) var steps: [Double]
  /// The number of embeddings in the sum, or nil where the file that the sum comes from does not record it.
  public private(set) var count: Int?

  /// Creates the sum of no embeddings.
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
  /// - Throws: ``EmbeddingError/wrongCount(count:expected:)`` or ``EmbeddingError/notFinite``; on an error the sum is unchanged.
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
  /// - Throws: ``EmbeddingError/wrongCount(count:expected:)`` or ``EmbeddingError/notFinite``; on an error the sum is unchanged.
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

/// Why an embedding cannot be used.
public struct EmbeddingError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case wrongCount, notFinite
  }

  public let code: Code
  public let message: String
  public var remedy: String? { nil }

  /// The embedding does not have the model's dimension.
  public static func wrongCount(count: Int, expected: Int) -> Self {
    Self(code: .wrongCount, message: "the embedding has \(count) elements; the model's embeddings have \(expected)")
  }

  /// The embedding holds a number that is infinite or not a number.
  public static let notFinite = Self(
    code: .notFinite, message: "the embedding holds a number that is infinite or not a number (NaN)")
}
